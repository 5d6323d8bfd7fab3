import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Locator, type Page } from "playwright-core";
import type { Browser } from "./browser";
import type { Code } from "./code";
import { until } from "./deadline";
import { ARTEFACTS } from "./places";

/** One window of VS Code, seen and used as a person does. */
export class Workbench {
  private pictures = 0;

  private constructor(
    readonly page: Page,
    private readonly name: string,
  ) {}

  /** `name` begins the file names of the pictures. */
  static async open(browser: Browser, code: Code, folder: string, name: string): Promise<Workbench> {
    const workbench = new Workbench(await browser.newPage(), name);
    await workbench.page.goto(code.url(folder));
    await workbench.page.waitForSelector(".monaco-workbench", { timeout: 120_000 });
    return workbench;
  }

  /**
   * Opens a file of the tree. A window that has shown a Python file has activated the extension, on a slow machine too:
   * VS Code gives up looking for Python files by itself after seven seconds.
   */
  async openFromTree(name: string): Promise<void> {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
    await row.click({ timeout: 120_000 });
    await until(`${name} is open`, async () => (await this.activeFile()) === name);
  }

  /** Until the tree of files is there, which is when a person would begin. */
  async explored(): Promise<void> {
    await this.page.waitForSelector(".explorer-folders-view .monaco-list-row", { timeout: 60_000 });
  }

  async picture(what: string, { pointer = "away" }: { pointer?: "away" | "stays" } = {}): Promise<void> {
    mkdirSync(ARTEFACTS, { recursive: true });
    this.pictures += 1;
    const number = String(this.pictures).padStart(2, "0");
    // Where the pointer rests a tooltip may hide what the picture is of.
    if (pointer === "away") {
      await this.page.mouse.move(700, 760);
    }
    await this.page.screenshot({ path: join(ARTEFACTS, `${this.name}-${number}-${what}.png`) });
  }

  /**
   * Runs a command of the palette by its whole title.
   * The list is computed when the palette opens, so it is opened again until a command registered later is in it.
   */
  async command(title: string): Promise<void> {
    const row = this.quickPickRow(title);
    await until(`“${title}” is in the palette`, async () => {
      await this.page.keyboard.press("F1");
      try {
        await this.quickInput.waitFor({ state: "visible", timeout: 2_000 });
        await this.quickInput.fill(`>${title}`, { timeout: 2_000 });
        // A list that closes of itself, as when the focus comes back late, is opened again.
        await row.click({ timeout: 2_000 });
        return true;
      } catch {
        await this.page.keyboard.press("Escape");
        return false;
      }
    });
  }

  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible input.input");
  }

  quickPickRow(text: string): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  }

  /** What a screen reader says of each row of the open quick pick, from the top. */
  quickPickTexts(): Promise<string[]> {
    return this.page
      .locator(".quick-input-list .monaco-list-row")
      .evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
  }

  /** Opens a file of the tree of files, for good. */
  async openFile(name: string): Promise<void> {
    await this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().dblclick();
    await until(`${name} is open`, async () => (await this.activeFile()) === name);
  }

  /** The name of the file in front, or undefined. */
  async activeFile(): Promise<string | undefined> {
    const tab = this.page.locator(".editor-group-container.active:not(.empty) .tab.active");
    return (await tab.count()) > 0 ? ((await tab.first().getAttribute("data-resource-name")) ?? undefined) : undefined;
  }

  /** Where the cursor is, both from 1, or undefined when no text is in front. */
  async cursor(): Promise<{ line: number; column: number } | undefined> {
    const status = this.page.locator("#status\\.editor\\.selection");
    const numbers = (await status.count()) > 0 ? /(\d+)\D+(\d+)/.exec(await status.innerText()) : null;
    return numbers ? { line: Number(numbers[1]), column: Number(numbers[2]) } : undefined;
  }

  /** The hover over the first occurrence of a word on the screen. */
  async hover(word: string): Promise<Locator> {
    await this.page.locator(".view-line span span", { hasText: word }).first().hover();
    const hover = this.page.locator(".monaco-hover:visible").first();
    await hover.waitFor({ timeout: 20_000 });
    return hover;
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first();
  }

  /** Presses a button of a notification. */
  async answer(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).locator(".monaco-button", { hasText: button }).click();
  }

  /** What the language status has to say with this text in it, opened. */
  async languageStatus(text: string): Promise<Locator> {
    const hover = this.page.locator(".hover-language-status", { hasText: text }).first();
    // The item moves when a neighbour appears, and a click falls beside it.
    await until(`the language status says ${text}`, async () => {
      if ((await hover.count()) === 0) {
        await this.page.locator("#status\\.languageStatus").click();
        await hover.waitFor({ timeout: 2_000 });
      }
      return true;
    });
    return hover;
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator(".statusbar-item", { hasText: text }).first();
  }

  /** Chooses from the context menu of the editor, at the cursor. With a name there is a picture of the menu. */
  async choose(title: string, picture?: string): Promise<void> {
    const entry = this.page.locator(".monaco-menu .action-label", { hasText: title }).first();
    // As the palette's list, the menu is made when it opens: what is known later is in the next one.
    await until(`“${title}” is in the menu`, async () => {
      await this.page.keyboard.press("Shift+F10");
      try {
        await entry.waitFor({ timeout: 2_000 });
        return true;
      } catch {
        await this.page.keyboard.press("Escape");
        return false;
      }
    });
    if (picture !== undefined) {
      await this.picture(picture);
    }
    // A menu that has just opened takes no click yet: it may be the end of the one that opened it.
    await until("the menu took the click", async () => {
      if ((await entry.count()) === 0) {
        return true;
      }
      await entry.click({ timeout: 2_000 });
      return false;
    });
  }

  /** Brings a tab to the front. */
  async showTab(title: string): Promise<void> {
    await this.page.locator(".tab", { hasText: title }).first().click();
  }

  /** What was copied last. */
  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
