// What went wrong, said to people, and what helps against it.
import { make } from "./dom.js";
import { t } from "./i18n.js";

// In the page's language by the kind of the problem; as programs are told only where there are no words for it.
export function reason(error) {
  if (!error.status) return t("trouble.offline");
  return t.known(`problem.${error.code}`, error.status >= 500 ? t("problem.internal") : error.message);
}

// Signing in and coming back here, loading the page again, another try; null where nothing helps.
export function remedy(error, again) {
  const act = (label, onclick) => make("button", { class: "quiet small", type: "button", textContent: t(label), "data-key": "again", next: ["item-1"], onclick });
  if (error.signedOut) return make("a", { href: `/sign-in?${new URLSearchParams({ then: location.pathname })}`, textContent: t("nav.sign_in") });
  if (error.outdated) return act("trouble.reload", () => location.reload());
  return error.passing ? act("trouble.again", again) : null;
}

export function trouble(error, again) {
  const help = remedy(error, again);
  return make("div", { class: "note stack", role: "alert" }, make("p", { textContent: reason(error) }), help && make("p", {}, help));
}
