import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { workspace } from "./harness/places";
import { OWN_SERVER } from "./harness/server";
import { onStage } from "./harness/stage";

// A language pack is not to be had here, so VS Code's own words stay English; those of the extension are Russian.

test("the interface is Russian where VS Code is", async () => {
  const setting = { name: "russian", folder: workspace("shop"), machineSettings: OWN_SERVER, locale: "ru" };
  await onStage(setting, async ({ window }) => {
    await window.explored();
    await window.openFile("cart.py");
    await window.command("Smysl: Семантический поиск");
    await until("the search box is Russian", async () =>
      (await window.quickInput.getAttribute("placeholder"))?.startsWith("Что делает код?"),
    );
    await window.page.keyboard.type("сколько платит покупатель со скидкой", { delay: 30 });
    await window.quickPickRow("total").waitFor();
    const title = window.page.locator(".quick-input-widget:visible .quick-input-title");
    await until("the title is Russian", async () =>
      /^Семантический поиск — найдено: \d+, модель builtin$/.test(await title.innerText()),
    );
    await until("the right method is first", async () =>
      /^total, Cart · cart\.py:12, .*смысл/.test((await window.quickPickTexts())[0] ?? ""),
    );
    await window.picture("search");
    await window.page.keyboard.press("Enter");
    const status = await window.languageStatus("Smysl: фрагментов");
    expect(await status.innerText()).toContain("модель builtin");
    await window.picture("status", { pointer: "stays" });
    await window.command("Smysl: Выбрать модель эмбеддингов");
    // What the server says is Russian too.
    await window.quickPickRow("builtin").waitFor();
    expect(await window.quickPickRow("builtin").innerText()).toMatch(/[а-яё]{4}/);
    await window.picture("models");
    await window.page.keyboard.press("Escape");
    await window.command("Smysl: Открыть настройки");
    await window.page
      .locator(".settings-editor", { hasText: "Индексировать эту папку и искать в ней." })
      .first()
      .waitFor();
    await window.picture("settings");
  });
});
