import { Browser } from "./browser";
import { Code, type CodeOptions } from "./code";
import { Workbench } from "./workbench";

export interface Stage {
  readonly code: Code;
  readonly browser: Browser;
  readonly window: Workbench;
}

export interface Setting extends CodeOptions {
  /** Begins the file names of the pictures. */
  readonly name: string;
  /** The folder that the window opens. */
  readonly folder: string;
  /** The language of the browser and so of VS Code; English unless told. */
  readonly locale?: string;
  readonly keepHome?: boolean;
}

/**
 * A VS Code, a browser and a window for one play, all ended afterwards.
 * When the play fails there is a picture of how it looked then. Fails too if VS Code left a process behind.
 */
export async function onStage<T>(setting: Setting, play: (stage: Stage) => Promise<T>): Promise<T> {
  const code = await Code.start(setting);
  const browser = await Browser.start(setting.locale === undefined ? {} : { locale: setting.locale });
  const stop = async (keepHome: boolean): Promise<void> => {
    await browser.stop();
    await code.stop({ keepHome });
  };
  let window: Workbench | undefined;
  let result: T;
  try {
    window = await Workbench.open(browser, code, setting.folder, setting.name);
    result = await play({ code, browser, window });
  } catch (error) {
    await window?.picture("failed");
    await stop(false).catch(() => undefined);
    throw error;
  }
  await stop(setting.keepHome ?? false);
  return result;
}
