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
    expect((await box.rows())[0]).toMatch(/^token_expired, tokens\.py:6, .*meaning/);
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
  await onStage(setting("partial"), async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await box.ask("slow срок");
    await box.entitled("found by words, searching by meaning…");
    await window.picture("words");
    await box.press("ArrowDown");
    await box.press("ArrowDown");
    const chosen = await box.highlighted();
    await box.entitled("6 found, model builtin");
    expect((await box.rows())[0]).toMatch(/^token_expired/);
    expect(await box.highlighted()).toBe(chosen);
    await window.picture("whole");

    // The newer question wins, however late the older one is answered.
    await window.quickInput.fill("slow корзин");
    await box.entitled("found by words, searching by meaning…");
    await window.quickInput.fill("скидк");
    await until("the newer answer", async () => (await box.rows())[0]?.startsWith("total"));
    await window.page.waitForTimeout(2_000);
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
    expect((await box.rows())[0]).toMatch(/^token_expired/);
    await window.picture("notice");
    await box.press("Enter");
    await until("the hit is open", async () => (await window.activeFile()) === "tokens.py");

    await box.open();
    await window.quickPickRow("offline срок").waitFor();
    await window.picture("recent");
    await box.press("Enter");
    await window.quickPickRow("token_expired").waitFor();
    expect(await window.quickInput.inputValue()).toBe("offline срок");
    await box.press("Escape");
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
    await window.statusItem("Copied: tokens.py:6").waitFor();
    await box.pressOn("token_expired", "Find similar code");
    await box.entitled("Code similar to compared");
    expect((await box.rows())[0]).toMatch(/90 %/);
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
