import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "./harness/deadline";
import { workspace } from "./harness/places";
import { SearchBox } from "./harness/searchBox";
import { onStage } from "./harness/stage";

const FAKE = fileURLToPath(new URL("fakes/server.mjs", import.meta.url));

const STEPS = [
  ["Ask what the code does", "Semantic Search"],
  ["Keep the results at hand", "Open Results"],
  ["See what is written twice", "Find Similar Code"],
  ["Choose a stronger model, if you like", "Choose Embedding Model"],
] as const;

test("the walkthrough opens with four steps and their pictures, and the command of each works", async () => {
  const machineSettings = { "smysl.serverCommand": [process.execPath, FAKE] };
  await onStage({ name: "walkthrough", folder: workspace("shop"), machineSettings }, async ({ window }) => {
    const box = new SearchBox(window);
    const { page } = window;
    const step = (title: string) => page.locator(".getting-started-step", { hasText: title });
    const press = async (title: string, command: string, picture: string): Promise<void> => {
      await window.showTab("Walkthrough");
      await step(title).locator(".step-title").click();
      const image = page.locator(".getting-started-media img");
      await until(`the picture of “${title}” is drawn`, () =>
        image.first().evaluate((drawn) => drawn instanceof HTMLImageElement && drawn.naturalWidth > 0),
      );
      await window.picture(picture);
      await step(title).getByRole("button", { name: command }).click();
    };
    await window.explored();
    await window.openFile("tokens.py");
    await window.command("Welcome: Open Walkthrough...");
    await window.quickPickRow("Find Python Code by What It Does").click();
    await step(STEPS[0][0]).waitFor();
    expect(await page.locator(".getting-started-step .step-title").allInnerTexts()).toEqual(
      STEPS.map(([title]) => title),
    );

    await press(...STEPS[0], "search");
    await box.ready();
    await box.type("срок");
    await window.quickPickRow("token_expired").waitFor();
    await box.close();
    await press(...STEPS[1], "results");
    await page.getByText("Results of a search are shown here").waitFor();
    await press(...STEPS[3], "model");
    await window.quickPickRow("bge-m3").waitFor();
    await box.close();
    // Where no function is in front the person is told so, and led to a file.
    await press(...STEPS[2], "similar");
    await window.answer("put the cursor into a function", "Go to File…");
    await window.quickPickRow("tokens.py").waitFor();
    await window.picture("file");
  });
});
