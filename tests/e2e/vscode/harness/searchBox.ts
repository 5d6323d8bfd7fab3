import { type Locator } from "playwright-core";
import { until } from "./deadline";
import type { Workbench } from "./workbench";

/** The search box of the extension, used as a person does. In English. */
export class SearchBox {
  constructor(private readonly window: Workbench) {}

  /** Opens it from the palette and waits until it takes keys. */
  async open(): Promise<void> {
    await this.window.command("Smysl: Semantic Search");
    await this.ready();
  }

  async ready(): Promise<void> {
    await until("the search box is open", async () =>
      (await this.window.quickInput.getAttribute("placeholder"))?.startsWith("What does the code do?"),
    );
    // Where the pointer rests a row would be highlighted.
    await this.window.page.mouse.move(700, 760);
  }

  /** Opens it and types. */
  async ask(query: string): Promise<void> {
    await this.open();
    await this.type(query);
  }

  async type(query: string): Promise<void> {
    await this.window.page.keyboard.type(query, { delay: 30 });
  }

  /** Puts the query in the place of what is there, at one stroke; the milliseconds until other rows are seen. */
  async timeToNewRows(query: string): Promise<number> {
    await this.press("Control+a");
    await this.window.page.evaluate(() => {
      const list = document.querySelector(".quick-input-list");
      const rows = () => [...(list?.querySelectorAll(".monaco-list-row") ?? [])].map((row) => row.ariaLabel).join();
      const before = rows();
      let began = NaN;
      document.addEventListener("input", () => (began = performance.now()), { capture: true, once: true });
      const changed = new Promise<number>((resolve) => {
        const observer = new MutationObserver(() => {
          if (!Number.isNaN(began) && rows() !== before) {
            observer.disconnect();
            resolve(performance.now() - began);
          }
        });
        observer.observe(list ?? document.body, { subtree: true, childList: true, attributes: true });
      });
      Object.assign(globalThis, { changed });
    });
    await this.window.page.keyboard.insertText(query);
    return this.window.page.evaluate(() => (globalThis as unknown as { changed: Promise<number> }).changed);
  }

  press(key: string): Promise<void> {
    return this.window.page.keyboard.press(key);
  }

  /** Closes it and waits until it is gone: keys go to the editor then. */
  async close(): Promise<void> {
    await this.press("Escape");
    await until("the search box is closed", async () => (await this.window.quickInput.count()) === 0);
  }

  title(): Promise<string> {
    return this.window.page.locator(".quick-input-widget:visible .quick-input-title").innerText();
  }

  /** Until the title has the text: it says what came of the question. */
  async entitled(text: string | RegExp): Promise<string> {
    return until(`the title has ${String(text)}`, async () => {
      const title = await this.title();
      return (typeof text === "string" ? title.includes(text) : text.test(title)) && title;
    });
  }

  /** Until the first row is this one: while somebody types there may be answers to less than the whole question. */
  async first(row: RegExp): Promise<void> {
    await until(`the first row is ${String(row)}`, async () => row.test((await this.rows())[0] ?? ""));
  }

  rows(): Promise<string[]> {
    return this.window.quickPickTexts();
  }

  /** The row that Enter would take. */
  async highlighted(): Promise<string> {
    const row = this.window.page.locator(".quick-input-list .monaco-list-row.focused").first();
    return (await row.getAttribute("aria-label")) ?? "";
  }

  titleButton(label: string | RegExp): Locator {
    return this.window.page.locator(".quick-input-titlebar").getByRole("button", { name: label });
  }

  /** A button of the row with the text. */
  async pressOn(row: string, label: string | RegExp): Promise<void> {
    const found = this.window.quickPickRow(row);
    await found.hover();
    await found.getByRole("button", { name: label }).click();
  }
}
