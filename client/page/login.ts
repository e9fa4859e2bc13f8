import { html } from "./dom.ts";

const KEY = "lyapunov-token";

/** The token of this tab, which the browser forgets when the tab is closed. */
export function storedToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Asks for a token, and says why. */
export function loginForm(message: string, onToken: () => void): HTMLElement {
  const field = html("input", {
    id: "token",
    type: "password",
    autocomplete: "off",
    required: "",
    "aria-describedby": "why",
  }) as HTMLInputElement;
  const form = html(
    "form",
    { class: "card" },
    html("h1", {}, "Sign in"),
    html("p", { id: "why", role: "alert" }, message),
    html("label", { for: "token" }, "Token with the role read"),
    field,
    html("button", { type: "submit" }, "Sign in"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, field.value.trim());
    onToken();
  });
  return form;
}
