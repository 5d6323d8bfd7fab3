import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { workspace } from "./harness/places";
import { SearchBox } from "./harness/searchBox";
import { onStage } from "./harness/stage";
import type { Workbench } from "./harness/workbench";

// Against a server that answers as the test wants: what the search box does with it.

const FAKE = fileURLToPath(new URL("fakes/server.mjs", import.meta.url));

function setting(name: string) {
  return { name, folder: workspace("shop"), machineSettings: { "smysl.serverCommand": [process.execPath, FAKE] } };
}

async function goTo(window: Workbench, place: string): Promise<void> {
  await window.page.keyboard.press("Control+g");
  await window.quickInput.waitFor();
  await window.quickInput.fill(`:${place}`);
  await window.quickPickRow("Go to line").waitFor();
  await window.page.keyboard.press("Enter");
  await until(`the cursor is at ${place}`, async () => {
    const at = await window.cursor();
    return at && `${at.line}:${at.column}` === place;
  });
}

const tabs = (window: Workbench): Promise<string[]> => window.page.locator(".tab .label-name").allInnerTexts();

test("arrows show the place in the editor, Escape brings back what was there", async () => {
  await onStage(setting("preview"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await window.openFile("cart.py");
    await goTo(window, "8:5");
    await box.ask("срок действия");
    await window.quickPickRow("token_expired").waitFor();
    await box.first(/^token_expired, tokens\.py:6, .*meaning/);
    expect(await window.activeFile()).toBe("cart.py");
    await box.press("ArrowDown");
    await box.press("ArrowUp");
    await until("the place is shown", async () => (await window.activeFile()) === "tokens.py");
    await window.page.locator(".cdr.editor-highlight, .view-overlays .cdr").first().waitFor({ state: "attached" });
    await window.picture("arrow");
    await box.press("Escape");
    await until("the file is back", async () => (await window.activeFile()) === "cart.py");
    await until("the preview is gone", async () => (await tabs(window)).join() === "cart.py");
    expect(await window.cursor()).toEqual({ line: 8, column: 5 });
    await window.picture("escape");
    await window.page.keyboard.type("#");
    await until("keys go to the editor again", async () => (await window.cursor())?.column === 6);
    await window.page.keyboard.press("Control+z");

    // A click into what is shown says that one wants to stay there.
    await box.ask("срок действия");
    await window.quickPickRow("token_expired").waitFor();
    await box.press("ArrowDown");
    await box.press("ArrowUp");
    await until("the place is shown", async () => (await window.activeFile()) === "tokens.py");
    // Beside the list, in the line "return session.post(…)".
    await window.page.mouse.click(1_100, 330);
    await until("the list is closed", async () => (await window.quickInput.count()) === 0);
    expect(await window.activeFile()).toBe("tokens.py");
    expect((await window.cursor())?.line).toBe(13);
  });
});

test("the words' answer comes first, and the whole one in its place keeps the highlight", async () => {
  const scene = setting("partial");
  const [go, told] = [join(scene.folder, "go"), join(scene.folder, "told")];
  await onStage(scene, async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await box.open();
    await window.quickInput.fill("slow срок");
    await box.entitled("found by words, searching by meaning…");
    await window.picture("words");
    await box.press("ArrowDown");
    // When the place is shown the extension knows what was chosen.
    await until("the place is shown", async () => (await window.activeFile()) === "cart.py");
    const chosen = await box.highlighted();
    expect(chosen).toMatch(/^total/);
    writeFileSync(go, "");
    await box.entitled("6 found, model builtin");
    await box.first(/^token_expired/);
    expect(await box.highlighted()).toBe(chosen);
    await window.picture("whole");

    // The newer question wins, however late the older one is answered.
    await until("the first question is told", () => existsSync(told));
    rmSync(go);
    rmSync(told);
    await window.quickInput.fill("slow корзин");
    await box.entitled("found by words, searching by meaning…");
    await window.quickInput.fill("скидк");
    await until("the newer answer", async () => (await box.rows())[0]?.startsWith("total"));
    writeFileSync(go, "");
    await until("the older one is answered too", () => existsSync(told));
    await window.page.waitForTimeout(500);
    expect((await box.rows())[0]).toMatch(/^total/);

    // Enter before the answer opens the first hit of the answer.
    await window.quickInput.fill("");
    await box.type("срок");
    await box.press("Enter");
    await until("the first hit is open", async () => (await window.cursor())?.line === 6);
    expect(await window.activeFile()).toBe("tokens.py");
  });
});

test("nothing found, an error and a notice are said in the list; recent queries come back", async () => {
  await onStage(setting("said"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await window.openFile("cart.py");
    await box.ask("nothing");
    await window.quickPickRow("Nothing found").waitFor();
    await window.picture("nothing");
    await window.quickInput.fill("broken");
    await window.quickPickRow("Ollama does not answer.").waitFor();
    expect(await window.quickPickRow("Ollama does not answer.").innerText()).toContain("Start Ollama.");
    await window.picture("error");
    await window.quickInput.fill("offline срок");
    await window.quickPickRow("Ollama is away; the words answer.").waitFor();
    await box.first(/^token_expired/);
    await window.picture("notice");
    await box.press("Enter");
    await until("the hit is open", async () => (await window.activeFile()) === "tokens.py");

    await box.open();
    await window.quickPickRow("offline срок").waitFor();
    await window.picture("recent");
    await box.press("Enter");
    await window.quickPickRow("token_expired").waitFor();
    expect(await window.quickInput.inputValue()).toBe("offline срок");
    await box.close();
    await box.open();
    await window.quickPickRow("offline срок").waitFor();
    await box.pressOn("offline срок", "Remove from the list");
    await until("it is forgotten", async () => (await box.rows()).length === 0);
  });
});

test("buttons narrow the search, open to the side, copy the path and find similar code", async () => {
  await onStage(setting("buttons"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await window.openFile("cart.py");
    await box.ask("срок");
    await box.entitled("6 found");
    await box.titleButton(/^Every kind/).click();
    await box.titleButton(/^Only functions/).click();
    await box.entitled("methods — 3 found");
    await window.picture("methods");
    await box.titleButton(/^Only methods/).click();
    await box.entitled("classes — 1 found");
    await box.titleButton(/^Only classes/).click();
    await box.entitled("modules");
    await window.quickPickRow("Nothing found in: modules").click();
    await box.entitled("6 found");
    await box.titleButton(/^Only this folder: shop/).click();
    await box.entitled("shop — 6 found");
    await box.titleButton("Leave out tests").click();
    await box.entitled("shop, no tests — 6 found");
    await window.picture("filters");

    await box.pressOn("token_expired", "Copy path and line");
    await until("the place is in the clipboard", async () => (await window.clipboard()) === "tokens.py:6");
    await box.pressOn("token_expired", "Find similar code");
    await box.entitled("Code similar to compared");
    await box.first(/90 %/);
    await window.picture("similar");
    await box.type("cart");
    await until("what is typed narrows the list", async () =>
      (await box.rows()).every((row) => row.includes("cart.py")),
    );
    await box.titleButton("Back to the search").click();
    await until("the query is back", async () => (await window.quickInput.inputValue()) === "срок");
    await box.entitled("6 found");
    await box.press("Control+\\");
    await until("it is open beside the old file", async () => (await window.activeFile()) === "tokens.py");
    expect(await window.page.locator(".editor-group-container").count()).toBe(2);
    await window.picture("side");
  });
});

test("all results move to the side bar, where they are pinned and opened", async () => {
  await onStage(setting("results"), async ({ window }) => {
    const box = new SearchBox(window);
    const rows = window.page.locator(".pane-body .monaco-list-row");
    const row = (text: string) => rows.filter({ hasText: text }).first();
    await window.explored();
    await box.ask("срок");
    await box.entitled("6 found");
    await box.press("Control+Shift+\\");
    await row("tokens.py").waitFor();
    expect(await row("срок").innerText()).toContain("6");
    await window.picture("view");
    await row("total").click();
    await until("the hit is open", async () => (await window.activeFile()) === "cart.py");
    expect((await window.cursor())?.line).toBe(12);
    await row("срок").hover();
    await row("срок").getByRole("button", { name: "Pin Results" }).click();
    await box.ask("скидк");
    await box.entitled("6 found");
    await box.titleButton(/^Show all results/).click();
    await row("скидк").waitFor();
    expect(await row("срок").count()).toBe(1);
    await window.picture("pinned");
    await box.ask("корзин");
    await box.entitled("6 found");
    await box.press("Control+Shift+\\");
    await row("корзин").waitFor();
    expect(await row("скидк").count()).toBe(0);
    expect(await row("срок").count()).toBe(1);
  });
});

test("a server that ends while it is asked is started again, and the question is answered then", async () => {
  await onStage(setting("dies"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await box.open();
    await window.quickInput.fill("dies срок");
    await box.entitled("6 found, model builtin");
    await box.first(/^token_expired/);
    expect(await window.quickInput.inputValue()).toBe("dies срок");
  });
});

test("a second question goes into the box that is open; Escape brings back what was there before the first", async () => {
  await onStage(setting("again"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await window.openFile("cart.py");
    await goTo(window, "8:5");
    await box.ask("срок");
    await window.quickPickRow("token_expired").waitFor();
    await box.press("ArrowDown");
    await box.press("ArrowUp");
    await until("the place is shown", async () => (await window.activeFile()) === "tokens.py");
    await box.press("Control+k");
    await box.press("Control+Shift+f");
    await until("the box is empty", async () => (await window.quickInput.inputValue()) === "");
    await box.type("скидк");
    await box.entitled("6 found");
    await box.first(/^total/);
    // The keys of the box still count.
    await box.press("Control+Shift+\\");
    await window.page.locator(".pane-body .monaco-list-row", { hasText: "скидк" }).first().waitFor();
    await until("the file is back", async () => (await window.activeFile()) === "cart.py");
    await until("the preview is gone", async () => (await tabs(window)).join() === "cart.py");
    expect(await window.cursor()).toEqual({ line: 8, column: 5 });
    await window.picture("back");
  });
});

test("the editor's context menu searches for words that are selected, and for code like code that is", async () => {
  await onStage(setting("menu"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await window.openFile("tokens.py");
    await goTo(window, "6:5");
    await window.choose("Find Similar Code");
    await box.entitled("Code similar to compared — 6 found");
    await box.close();

    await window.page.keyboard.press("Control+Shift+ArrowRight");
    await window.page.locator("#status\\.editor\\.selection", { hasText: "13 selected" }).waitFor();
    await window.choose("Search Selection by Meaning", "words");
    await box.entitled("Semantic Search — 6 found");
    expect(await window.quickInput.inputValue()).toBe("token_expired");
    await box.first(/^token_expired/);
    await window.picture("asked");
    await box.close();

    await goTo(window, "6:1");
    await window.page.keyboard.press("Shift+ArrowDown");
    await window.page.keyboard.press("Shift+ArrowDown");
    await window.page.locator("#status\\.editor\\.selection", { hasText: "selected" }).waitFor();
    for (const title of ["Find Similar Code", "Search Selection by Meaning"]) {
      await window.choose(title);
      await box.entitled("Code similar to the selection — 5 found");
      expect((await box.rows()).some((row) => row.startsWith("token_expired"))).toBe(false);
      await window.picture("code");
      await box.close();
    }
  });
});
