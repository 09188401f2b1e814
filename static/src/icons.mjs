// The icons in use, by their Tabler name. Add a name here and it is in the sprite after the next build.
export const ICONS = [
  "adjustments", "alert-circle", "alert-triangle", "arrow-back-up", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "arrows-join", "arrows-split", "ban", "bell", "bookmark", "building", "building-community",
  "calendar", "calendar-event", "camera", "chart-bar", "chart-line", "check", "checks", "chevron-down", "chevron-left", "chevron-right",
  "circle-check", "circle-dot", "circle-x", "clipboard-check", "clipboard-list", "clock", "clock-exclamation", "copy", "device-floppy", "dice-5", "dots", "download",
  "edit", "external-link", "eye", "eye-check", "file-spreadsheet", "file-text", "files", "filter", "flag", "hand-stop", "help-circle", "history", "home", "hourglass", "inbox", "info-circle",
  "key", "keyboard", "language", "layout-kanban", "list-check", "list-details", "lock", "logout", "map-pin", "menu-2", "message-circle", "minus", "paperclip", "pencil", "phone", "photo", "player-pause", "plus", "plus-minus", "printer",
  "qrcode", "refresh", "repeat", "rotate", "scale", "school", "search", "send", "settings", "shield-check", "shield-lock", "shield-search", "sitemap", "star", "table-import", "table", "text-size", "tool",
  "trash", "trending-down", "trending-up", "trophy", "upload", "user", "user-check", "users", "world", "x", "zoom-in",
];
