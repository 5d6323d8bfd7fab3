import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { workspace } from "./harness/places";
import { onStage } from "./harness/stage";

// Against a server that answers as the test wants: status, actions and the choice of a model.

const FAKE = fileURLToPath(new URL("fakes/server.mjs", import.meta.url));

function setting(name: string) {
  return { name, folder: workspace("shop"), machineSettings: { "smysl.serverCommand": [process.execPath, FAKE] } };
}

test("the status item tells counts and model, and offers what can be done", async () => {
  await onStage(setting("status"), async ({ window }) => {
    await window.explored();
    await window.openFile("cart.py");
    const item = await window.languageStatus("Smysl: 6 chunks");
    expect(await item.innerText()).toContain("files: 2 · model builtin, 256 dimensions");
    await window.picture("item", { pointer: "stays" });
    await item.getByText("Actions").click();
    await window.quickPickRow("Semantic Search").waitFor();
    await window.picture("actions");
    await window.quickPickRow("Switch off in this workspace").click();
    await window.command("Smysl: Show Status and Actions");
    await window.quickPickRow("Choose the embedding model").click();
    await window.quickPickRow("bge-m3").waitFor();
  });
});

test("a model is downloaded with progress, can be called off, and is used when it is there", async () => {
  await onStage(setting("model"), async ({ window }) => {
    await window.explored();
    await window.openFile("cart.py");
    await window.command("Smysl: Choose Embedding Model");
    await window.quickPickRow("bge-m3").waitFor();
    const rows = await window.quickPickTexts();
    expect(rows.map((row) => row.replace(/^(check|star-full|info) +/, "").split(",")[0])).toEqual([
      ...[
        "Ollama runs on another machine.",
        "builtin",
        "all-minilm",
        "Automatic",
        "bge-m3",
        "qwen3-embedding:8b",
        "Another model…",
      ],
    ]);
    await window.picture("list");
    await window.quickPickRow("bge-m3").click();
    // It stops half way.
    await window.notification("50 %").waitFor();
    await window.picture("progress");
    await window.answer("Downloading bge-m3", "Cancel");
    await until("it is called off", async () => (await window.notification("Downloading bge-m3").count()) === 0);

    await window.command("Smysl: Choose Embedding Model");
    await window.quickPickRow("bge-m3").waitFor();
    expect((await window.quickPickTexts()).find((row) => row.includes("bge-m3"))).toContain("download 1.2 GB");
    await window.quickPickRow("bge-m3").click();
    await window.languageStatus("model bge-m3");
    await window.picture("in-use");
  });
});

test("models are compared, and the report is shown where the person is", async () => {
  await onStage(setting("compare"), async ({ window }) => {
    await window.explored();
    await window.command("Smysl: Compare Models on This Code");
    await window.page.locator(".tab.active", { hasText: "Comparison of models: shop" }).waitFor();
    const page = window.page.frameLocator("iframe.webview").frameLocator("iframe");
    await page.getByRole("heading", { name: "Which model is best for this code" }).waitFor();
    await window.picture("report");
    expect(await window.notification(/./).count()).toBe(0);
  });
});
