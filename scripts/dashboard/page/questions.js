// Questions that staff answer once. Answers stay in this browser, and are downloaded as one file.
const ANSWERS_KEPT = "gym_connections.answers";
const ANSWERED_BY = "gym_connections.answered_by";
const PUT_OFF = [["?", "unknown", "Don't know"], ["l", "later", "Ask later"]];
const KINDS_ASKED = {
  purchaser: "Who bought", check: "Check", records: "Two records", payment_status: "A status", pass_text: "A pass",
};
const AGAIN = {
  stale: "Asked again: the facts behind it have changed.",
  contradicted: "Asked again: two answers contradict each other.",
  "answer does not fit": "Asked again: the answer fits no record.",
  "others disagree": "Asked again: other answers about these people, or their records, say otherwise.",
};
const ANSWER_COLUMNS = ["question_id", "answer", "answered_at", "answered_by", "evidence_fingerprint"]
  .map((title) => ({ title, value: (row) => row[title] }));

// A browser may forbid a page to keep anything; then answers last as long as the page is open.
const memory = new Map();
function stored(name) {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}
function store(name, text) {
  memory.set(name, text);
  try {
    localStorage.setItem(name, text);
  } catch {
    said.textContent = "This browser keeps nothing: download the answers before you close the page.";
  }
}

function answersKept() {
  try {
    return JSON.parse(stored(ANSWERS_KEPT)) ?? {};
  } catch {
    return {};
  }
}

// An answer to the facts of before is none to a question that is asked again.
const answerKey = (question) => `${question.id} ${question.fingerprint}`;

function answerTo(question, code) {
  const kept = answersKept();
  if (code === null) delete kept[answerKey(question)];
  else {
    kept[answerKey(question)] = {
      question_id: question.id, answer: code, answered_at: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      answered_by: stored(ANSWERED_BY) ?? "", evidence_fingerprint: question.fingerprint,
    };
  }
  store(ANSWERS_KEPT, JSON.stringify(kept));
}

const questionsAsked = () => (gym.records.questions ?? []).map(([id, kind, text, why, fingerprint, rows, later, options]) =>
  ({ id, kind, text, why, fingerprint, rows, later, options }));

function answerButton(key, label, evidence, isChosen, click) {
  return el("button", { type: "button", class: "answer", "aria-pressed": String(isChosen), "aria-keyshortcuts": key, click },
    el("kbd", {}, key), " ", el("span", {}, breakable(label)),
    evidence ? el("span", { class: "evidence" }, breakable(evidence)) : null);
}

function questionPanel(question, kept, choose) {
  const chosen = kept[answerKey(question)]?.answer;
  const change = question.rows + question.later;
  return el("section", { class: "panel question", tabindex: -1, "data-question": question.id, "data-answer": chosen ?? null },
    el("h2", {}, breakable(question.text)),
    note(`${KINDS_ASKED[question.kind] ?? words(question.kind)}: an answer may change ${many(question.rows, "row", "rows")} now`,
      change > question.rows ? ` and about ${number(question.later)} more later.` : ".",
      AGAIN[question.why] ? ` ${AGAIN[question.why]}` : ""),
    el("div", { class: "answers" },
      question.options.map(([code, label, evidence], i) =>
        answerButton(String(i + 1), label, evidence, chosen === code, () => choose(question, code))),
      PUT_OFF.map(([key, code, label]) =>
        answerButton(key, label, null, chosen === code, () => choose(question, code)))));
}

function questionsView() {
  if (gym.records.state !== "here") {
    return [el("h1", {}, "Questions"), el("div", { class: "panel" },
      none("The questions lie beside the private warehouse, and this page was written without them. Run make build and make dashboard where the warehouse is."))];
  }
  const questions = questionsAsked();
  const list = el("div", { class: "results" });
  const progress = el("p", { class: "note" });
  const by = el("input", { type: "text", autocomplete: "off", value: stored(ANSWERED_BY) ?? "", maxlength: 60,
    input: () => store(ANSWERED_BY, by.value) });
  const tell = () => {
    const kept = answersKept();
    const here = questions.filter((question) => kept[answerKey(question)]).length;
    progress.textContent = `${here} of ${many(questions.length, "question", "questions")} answered in this browser, ${many(Object.keys(kept).length, "answer", "answers")} to download.`;
    save.disabled = forget.disabled = !Object.keys(kept).length;
  };
  const save = el("button", { type: "button", class: "quiet csv", click: () =>
    download(`answers_${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}`, ANSWER_COLUMNS, Object.values(answersKept())) },
  "Download answers");
  const forget = el("button", { type: "button", class: "quiet", click: () => {
    if (!confirm("Forget all answers in this browser? Download them first.")) return;
    store(ANSWERS_KEPT, "{}");
    fill();
  } }, "Forget answers");
  const choose = (question, code) => {
    const old = answersKept()[answerKey(question)]?.answer;
    answerTo(question, old === code ? null : code);
    const fresh = questionPanel(question, answersKept(), choose);
    list.querySelector(`[data-question="${question.id}"]`).replaceWith(fresh);
    tell();
    const next = old === code ? fresh : list.querySelector(".question:not([data-answer])") ?? fresh;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const fill = () => {
    list.replaceChildren(...questions.map((question) => questionPanel(question, answersKept(), choose)));
    tell();
  };
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const panelOf = event.target.closest(".question");
    const button = panelOf?.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  fill();
  return [
    el("h1", {}, "Questions"),
    lead("What the build cannot tell, the most valuable first. Keys 1 to 4 choose an answer, ? is \"don't know\", l is \"ask later\". The file of answers goes into the folder reviews/answers beside the exports."),
    el("div", { class: "choices" }, el("label", { class: "choice" }, el("span", {}, "Answered by"), by)),
    progress,
    el("div", { class: "below" }, save, forget),
    questions.length ? list : el("div", { class: "panel" }, none("Nothing is asked today.")),
  ];
}
