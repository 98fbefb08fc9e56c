// The words of the page's language: the file that the templates read, too.
export const language = document.documentElement.lang;
const words = await (await fetch(document.querySelector("meta[name=words]").content)).json();

export function t(key, values = {}) {
  const found = words[key] ?? words[`${key}.${values.n === 1 ? "one" : "other"}`];
  if (found === undefined) throw new Error(`no words for ${key}`);
  return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// The words for a key that may be new to us.
t.known = (key, otherwise) => words[key] ?? otherwise;

export const decimal = (value) => new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);

export function money({ amount, currency }) {
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

const GUESS = 0.4; // "Perhaps".

// A probability is calibrated and can be said plainly; a bare similarity only ranks, so its words stay vague. guess: what it is
// shown as, in words that say no more than that, whatever the figure.
export function sureness({ probability, similarity }, guess = false) {
  const step = (value, steps) => steps.find(([least]) => value >= least)[1];
  if (probability !== null) {
    const word = step(guess ? Math.min(probability, GUESS) : probability, [[0.9, "almost_certain"], [0.7, "probable"], [0.4, "perhaps"], [0, "unlikely"]]);
    return { words: t(`sure.${word}`), figure: `${Math.round(probability * 100)} %`, share: probability };
  }
  const word = step(similarity, [[0.9, "same"], [0.7, "very_alike"], [0.5, "alike"], [0.3, "little_alike"], [-2, "hardly_alike"]]);
  return { words: t(`alike.${word}`), figure: decimal(similarity), share: Math.max(0, similarity) };
}
