// The tokens of the stylesheet, for charts: one place decides a colour.
const style = getComputedStyle(document.documentElement);

/** The value of a CSS token, e.g. token("accent") is #b42318. */
export const token = (name) => style.getPropertyValue(`--${name}`).trim();

export const TONES = {
  accent: token("accent"), red: token("red"), green: token("green"), amber: "#d97706", blue: token("blue"), grey: token("bar-quiet"),
  "red-list": token("red-list"), "black-list": token("black-list"),
};

export const SERIES = [TONES.accent, TONES.blue, TONES.green, TONES.amber, token("grey")];

export const font = (size, points = 13) => ({ fontFamily: token("font"), fontSize: points * size });

/** Numbers as the pages write them: a true minus, two places at most. */
export function number(value, places = 2) {
  if (value === null || value === undefined || value === "") return "—";
  return Number(value).toFixed(places).replace("-", "−");
}

export const signed = (value, places = 2) => (Number(value) > 0 ? `+${number(value, places)}` : number(value, places));

export function tooltip(size) {
  return {
    backgroundColor: "#fff", borderColor: token("line-strong"), padding: [8, 12], renderMode: "richText", confine: true,
    textStyle: { ...font(size), color: token("ink") },
  };
}

export const axisLabel = (size) => ({ ...font(size, 12), color: token("ink-muted") });
