// How a draft stands, above it, and what did not work, beside its buttons.
import { $, make } from "./dom.js";
import { reason, remedy } from "./errors.js";

// Where it does not pass by itself, what helps; another try is what the buttons are there for.
const helpOf = (error) => (error && !error.passing ? remedy(error) : null);

// words: of the state; error: why something waits.
export function tellState(state, words, error) {
  if (state === "saving" && $("state").dataset.state !== state) failed(null);
  const help = helpOf(error);
  $("state").replaceChildren(make("span", { textContent: words }), ...(help ? [help] : []));
  $("state").dataset.state = state;
}

// Where it is seen at every size; null: all is well again.
export function failed(error) {
  const help = helpOf(error);
  $("failed").replaceChildren(...(error ? [make("span", { textContent: reason(error) }), ...(help ? [help] : [])] : []));
}
