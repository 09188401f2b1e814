// The keyboard: `/` goes to the search box, Escape closes what is open.
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

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "/" && !event.target.closest(TYPING)) focusSearch(event);
    if (event.key === "Escape") closeMenus(null);
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu, details.more-menu")));
}
