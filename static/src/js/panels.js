// Dialogs: <a href hx-get data-opens="panel"> opens <dialog id="panel">; Escape, a click outside or [data-closes] closes it.
// An address that ends in #move-… opens that move, on a page or in the panel.
function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

function unfold(address) {
  const { hash } = new URL(address, window.location.href);
  const part = hash.startsWith("#move-") && document.getElementById(hash.slice(1));
  if (!part) return;
  part.open = true;
  part.scrollIntoView({ block: "nearest" });
  part.querySelector("summary").focus();
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
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const asked = detail.requestConfig?.elt;
    if (asked?.matches?.("a[data-opens]")) unfold(asked.getAttribute("href"));
  });
  unfold(window.location.href);
}
