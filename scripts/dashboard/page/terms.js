// What the words of the page mean, told where they stand: a button beside a word opens its
// explanation, by mouse, touch or keyboard; Escape or a press elsewhere closes it.
const TERMS = {
  affinity: "Affinity: do two people meet more often, and closer together, than their habits and "
    + "the crowd explain? Together: yes. Maybe: a hint. Chance: no more than two who come at the "
    + "same hours. Too few: too few meetings to judge.",
  strength: "Strength, 1 to 5: how often two people were in touch, however that came about. Two "
    + "strangers who come at the same hour reach 5 as well; affinity tells them apart.",
  tie: "A tie: two people who come together more than chance explains, or whom the gym knows to "
    + "belong together.",
  beyond: "Ties beyond chance: people with whom this one comes together more than chance explains "
    + "(affinity: together). The ranking goes by it, so a host of parties does not lead it.",
  known: "A known tie: one membership, one's pass used by the other, or a small purchase together. "
    + "It says nothing of how often they meet.",
  met: "People met: all with whom there was any contact at all, guests of a party and people of "
    + "the same hour included.",
  interactions: "Interactions: one for each kind of contact on a day, such as arriving close "
    + "together or using the other's pass.",
  chance: "Tie, %: the probability that the two come together on purpose, from their arrivals "
    + "alone. Empty where they met too seldom.",
  crew: "A crew: a small group whose members come together more than habit and crowd explain. "
    + "It is found from arrivals; nobody has signed up for it.",
  outing: "An outing: a day on which members of a crew arrived close together.",
  lists: "Lists: who gains most from a word this week, each with the reason. Nobody is on two "
    + "lists, and children are on none.",
  priority: "Priority: 1 is worth most, by the chance that speaking changes something times what "
    + "that is worth. Within a list the strongest reason stands first.",
  heldout: "Kept off by lot (held out): some who could be listed are not, by lot and nobody's "
    + "choice. Without them nobody could tell whether a list helps. Who they are is not on this page.",
  needed: "People needed: so many must have been listed or kept off before the two are compared. "
    + "Fewer would show effects that are luck.",
  interval: "95 % interval: the difference that the figures allow. Where it holds 0, no effect is "
    + "shown.",
  sharer: "Sharing: one bought a pass, another came in on it.",
  sure: "Sure, %: how certain the match of a pass to its buyer is, by name, visits and payments.",
  duplicate: "Duplicates: two customer records that are one person, by name beside birthday, "
    + "e-mail or telephone. A parent who shares an address with a child is none.",
  nobody: "Records of nobody: the front desk, walk-ins, tests. They count as check-ins and have "
    + "no ties.",
  rejected: "Rejected rows: lines of an export that could not be used. The line itself is not on "
    + "this page, because it may name a child; file and line say where it stands.",
};

function explain(term) {
  const text = TERMS[term];
  const name = text.split(/[:,(]/)[0].replace(/^A /, "").trim().toLowerCase();
  const bubble = el("span", { class: "bubble", popover: "auto" }, text);
  const button = el("button", { type: "button", class: "explain", "aria-expanded": "false",
    "aria-label": `What is “${name}”?` }, "?");
  button.popoverTargetElement = bubble;
  bubble.addEventListener("beforetoggle", ({ newState }) => {
    button.setAttribute("aria-expanded", String(newState === "open"));
    if (newState === "open") said.textContent = text;
  });
  bubble.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") placeBelow(button, bubble);
  });
  return el("span", { class: "explained" }, button, bubble);
}

function placeBelow(button, bubble) {
  const at = button.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - bubble.offsetWidth - 8);
  const below = at.bottom + 6;
  const fits = below + bubble.offsetHeight < document.documentElement.clientHeight;
  bubble.style.left = `${Math.max(8, left)}px`;
  bubble.style.top = `${fits ? below : Math.max(8, at.top - bubble.offsetHeight - 6)}px`;
}

const withTerm = (text, term) => [text, " ", explain(term)];
