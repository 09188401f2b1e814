// The inspection entry page.
export {};
