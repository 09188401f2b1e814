// Short sentences at the edge of the page. The words stand in the page as data-attributes of #toasts, in the reader's language.
const SHOWN_MS = 8000;

/** Shows `text`, or the page's sentence for `kind` (`offline`, `error403`, `copied`, …), as a message of a tone. */
export function tell(kind, tone, text = "") {
  const shelf = document.getElementById("toasts");
  const sentence = text || shelf?.dataset[kind] || shelf?.dataset.error;
  if (!sentence) return;
  const toast = document.createElement("p");
  toast.className = `message ${tone}`;
  toast.textContent = sentence;
  shelf.append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}
