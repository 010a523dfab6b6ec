// The pages by which people are asked and quoted are clean wide and narrow, in light and dark.
import { look, play } from "./browser.mjs";
import { asking } from "./pages.mjs";

await play(async (browser) => look(browser, await asking()));
