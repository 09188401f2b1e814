// Dialogs: <a href hx-get data-opens="panel"> opens <dialog id="panel">; Escape, a click outside or [data-closes] closes it.
function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

export function watchPanels() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      if (!opener.hasAttribute("hx-get")) event.preventDefault();
      open(document.getElementById(opener.dataset.opens));
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    if (event.target.matches?.("dialog")) event.target.close();
  });
}
