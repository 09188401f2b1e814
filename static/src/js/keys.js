// The keyboard: `/` goes to the search box, j and k through rows, x ticks, arrows over the board, `?` shows the list, Escape closes.
// Single letters work outside fields only, and not where the person turned them off (WCAG 2.1.4).
const TYPING = "input, textarea, select, [contenteditable]";

function focusSearch(event) {
  const search = [...document.querySelectorAll("input[type=search]")].find((box) => box.offsetParent);
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
}

function closeMenus(except) {
  document.querySelectorAll("details.menu[open], details.more-menu[open]").forEach((menu) => {
    if (menu === except) return;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  });
}

const shown = (elements) => [...elements].filter((element) => element.offsetParent);

/** The links of the rows in view, in order: a table's first link of each line, cards, work lists. */
function rows() {
  const lines = shown(document.querySelectorAll("[data-line]")).map((line) => line.querySelector("a[href]"));
  return lines.length ? lines : shown(document.querySelectorAll("[data-card], [data-row]"));
}

function step(by) {
  const links = rows();
  const line = document.activeElement.closest("[data-line]");
  const here = links.indexOf(line ? line.querySelector("a[href]") : document.activeElement);
  links[here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + by, 0), links.length - 1)]?.focus();
}

function tick() {
  const box = document.activeElement.closest("[data-line]")?.querySelector("input[type=checkbox]");
  if (box) box.click();
}

/** Over the board: up and down within a column, left and right to the same height of the next one that has cards. */
function walk(event) {
  const column = document.activeElement.matches("[data-card]") && document.activeElement.closest(".board-column");
  const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (!column || !(across || down)) return;
  const columns = [...document.querySelectorAll(".board-column")].filter((one) => one === column || one.querySelector("[data-card]"));
  const place = [...column.querySelectorAll("[data-card]")].indexOf(document.activeElement);
  const cards = columns[columns.indexOf(column) + across]?.querySelectorAll("[data-card]") ?? [];
  const next = cards[Math.min(place + down, cards.length - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function letters(event) {
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  if (event.key === "/") focusSearch(event);
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
  if (event.key === "x") tick();
  if (event.key === "?") document.getElementById("keys")?.showModal();
}

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!event.target.closest(TYPING) || event.target.matches("input[type=checkbox]")) letters(event);
    walk(event);
    if (event.key === "Escape") closeMenus(null);
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu, details.more-menu")));
}
