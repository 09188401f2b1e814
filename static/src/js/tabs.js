// A row of tabs that is wider than the screen shows the one that is open.
function showCurrent() {
  for (const tab of document.querySelectorAll(".tabs > [aria-current], .ways > [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
  }
}

export function watchTabs() {
  showCurrent();
  document.body.addEventListener("htmx:afterSettle", showCurrent);
}
