import type { Requests } from "../requests";
import { answerOfSearch, answerOfSimilar, type Answer, type Question } from "./answer";
import { toFilters } from "./filters";

/** How many hits are asked for. */
const TOP_K = 30;

/** The answer to a question; `onPartial` is given what comes before the whole one. */
export async function ask(
  requests: Requests,
  question: Question,
  signal: AbortSignal,
  onPartial: (answer: Answer) => void = () => undefined,
): Promise<Answer> {
  const filters = toFilters(question.toggles);
  const common = { topK: TOP_K, ...(filters && { filters }) };
  if (question.about === "code") {
    return answerOfSimilar(await requests.similar({ ...question.params, ...common }, signal));
  }
  const params = { query: question.query.trim(), ...common };
  return answerOfSearch(
    await requests.search(params, signal, (result) => {
      onPartial(answerOfSearch(result));
    }),
  );
}
