import { rmSync } from "node:fs";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { emptyFolder } from "./places";

const CHROMIUM = process.env["SMYSL_E2E_CHROMIUM"] ?? "/usr/bin/chromium";

/** A Chromium that reaches this machine and nothing else. */
export class Browser {
  /** Hosts that something in the page wanted and did not get. */
  readonly refused = new Set<string>();

  private constructor(
    private readonly context: BrowserContext,
    private readonly profile: string,
  ) {}

  static async start(options: { readonly locale?: string } = {}): Promise<Browser> {
    const profile = emptyFolder("chromium");
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      viewport: { width: 1280, height: 800 },
      // Else the quick pick is caught half faded.
      reducedMotion: "reduce",
      locale: options.locale ?? "en",
      permissions: ["clipboard-read", "clipboard-write"],
      args: [
        ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"],
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ],
    });
    if (options.locale) {
      // What a language pack would set. Without one VS Code's own words stay English; those of extensions do not.
      await context.addInitScript((language) => {
        Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language });
      }, options.locale);
    }
    const browser = new Browser(context, profile);
    await context.route("**/*", (route) => {
      const url = new URL(route.request().url());
      if (url.hostname === "127.0.0.1" || /^(data|blob|vscode)/.test(url.protocol)) {
        return route.continue();
      }
      browser.refused.add(url.hostname);
      return route.abort();
    });
    return browser;
  }

  newPage(): Promise<Page> {
    return this.context.newPage();
  }

  async stop(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
