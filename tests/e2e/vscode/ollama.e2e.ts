import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { ROOT, workspace } from "./harness/places";
import { SearchBox } from "./harness/searchBox";
import { OWN_SERVER } from "./harness/server";
import { onStage } from "./harness/stage";

// The real server with an Ollama that has one model and downloads another.

interface Ollama {
  readonly host: string;
  stop(): Promise<void>;
}

async function startOllama(): Promise<Ollama> {
  const program = fileURLToPath(new URL("fakes/ollama_process.py", import.meta.url));
  const child = spawn(`${ROOT}/.venv/bin/python`, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const host = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", reject);
  });
  return {
    host,
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        child.once("exit", () => {
          resolve();
        });
        child.stdin.end();
      }),
  };
}

test("a model is chosen, downloaded and used; when Ollama goes away search still answers and says so", async () => {
  const ollama = await startOllama();
  const machineSettings = { ...OWN_SERVER, "smysl.ollamaHost": ollama.host };
  await onStage({ name: "ollama", folder: workspace("shop"), machineSettings }, async ({ window }) => {
    const box = new SearchBox(window);
    await window.explored();
    await window.openFile("cart.py");
    await window.languageStatus("model ");
    await window.command("Smysl: Choose Embedding Model");
    await window.quickPickRow("all-minilm").waitFor();
    await window.picture("list");
    const rows = await window.quickPickTexts();
    const at = (text: string): number => rows.findIndex((row) => row.includes(text));
    expect(at("all-minilm")).toBeGreaterThanOrEqual(0);
    expect(at("download")).toBeGreaterThan(at("all-minilm"));
    await window.quickInput.fill("embeddinggemma");
    await window.quickPickRow("embeddinggemma").click();
    await window.languageStatus("model embeddinggemma");
    await window.picture("in-use", { pointer: "stays" });
    await box.ask("срок действия");
    await box.entitled("model embeddinggemma");
    await box.close();

    await ollama.stop();
    await until("the answer says that Ollama is away", async () => {
      await box.ask("скидка покупателя");
      await box.entitled("found");
      await window.page.waitForTimeout(1_000);
      const said = (await box.rows()).some((row) => row.includes("Ollama"));
      if (!said) {
        await box.close();
      }
      return said;
    });
    await box.first(/\.py:/);
    await window.picture("away");
  });
});
