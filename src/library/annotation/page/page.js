// The page of questions. It keeps nothing but the name, per tab: what was answered is on the server.

const byId = (id) => document.getElementById(id);
const SECTIONS = ['start', 'asking', 'pausing', 'done'];
const NAME = 'person';

/** What is shown; the clock counts the time in which the picture is in sight. */
const state = { task: undefined, busy: false, seconds: 0, shownAt: 0 };

async function ask(path, body) {
  const request = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, request);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Runs one request at a time; what fails is told, and the page stays as it is. */
async function attempt(work) {
  if (state.busy) return;
  state.busy = true;
  try {
    await work();
    byId('failure').hidden = true;
  } catch (error) {
    byId('failure').textContent =
      `That failed: ${error.message} Try again; what is not saved yet stays on this page.`;
    byId('failure').hidden = false;
  } finally {
    state.busy = false;
  }
}

function show(section) {
  for (const id of SECTIONS) byId(id).hidden = id !== section;
  byId('progress').hidden = section === 'start';
}

function say(text) {
  byId('said').textContent = text;
}

// Questions

function questionOf({ attribute, text, hint }) {
  const fieldset = document.createElement('fieldset');
  fieldset.dataset.attribute = attribute;
  const legend = document.createElement('legend');
  legend.textContent = text;
  const note = document.createElement('span');
  note.className = 'hint';
  note.id = `hint-${attribute}`;
  note.textContent = hint;
  fieldset.setAttribute('aria-describedby', note.id);
  fieldset.append(legend, note, optionOf(attribute, 'yes', 'Yes'), optionOf(attribute, 'no', 'No'));
  return fieldset;
}

function optionOf(attribute, value, text) {
  const label = document.createElement('label');
  const input = document.createElement('input');
  Object.assign(input, { type: 'radio', name: attribute, value, required: true });
  label.append(input, ` ${text}`);
  return label;
}

const fieldsets = () => [...byId('list').children];
const isOpen = (fieldset) => !fieldset.querySelector(':checked');

function focusOn(fieldset) {
  (fieldset.querySelector(':checked') ?? fieldset.querySelector('input')).focus();
}

/** Answers the question that has the focus, and goes to the next open one; after the last one it saves. */
function answerWith(value) {
  const at = document.activeElement.closest('fieldset') ?? fieldsets().find(isOpen);
  if (!at || state.busy) return;
  at.querySelector(`input[value=${value}]`).checked = true;
  const all = fieldsets();
  const after = all.slice(all.indexOf(at) + 1);
  const next = after.find(isOpen) ?? all.find(isOpen);
  if (next) focusOn(next);
  else void save();
}

// The course of a session

function showTask(task) {
  state.task = task;
  sessionStorage.setItem(NAME, task.person);
  byId('bar').max = task.total;
  byId('bar').value = task.answered;
  byId('count').textContent = `${task.answered} of ${task.total}, ${task.person}`;
  const { image } = task;
  if (!image) {
    show('done');
    byId('done-heading').focus();
    return;
  }
  byId('label').textContent = `Labelled as: ${image.className}`;
  byId('picture').src = `/pictures/${image.picture}.png`;
  showReferences(image);
  byId('questions').reset();
  show('asking');
  Object.assign(state, { seconds: 0, shownAt: performance.now() });
  say(`Picture ${task.answered + 1} of ${task.total}, labelled as ${image.className}.`);
  focusOn(fieldsets()[0]);
  window.scrollTo(0, 0);
}

function showReferences({ className, references }) {
  byId('references').hidden = references.length === 0;
  byId('references-heading').textContent = `Other pictures of ${className}`;
  const pictures = references.map((picture, i) => {
    const image = document.createElement('img');
    image.src = `/pictures/${picture}.png`;
    image.alt = `${className}, example ${i + 1} of ${references.length}`;
    return image;
  });
  byId('examples').replaceChildren(...pictures);
}

function secondsInSight() {
  const isInSight = !byId('asking').hidden;
  return state.seconds + (isInSight ? (performance.now() - state.shownAt) / 1000 : 0);
}

const save = () =>
  attempt(async () => {
    const { person, image } = state.task;
    const answers = fieldsets().map((fieldset) => [
      fieldset.dataset.attribute,
      fieldset.querySelector(':checked').value === 'yes',
    ]);
    showTask(
      await ask('/answer', {
        ...{ person, picture: image.picture, seconds: secondsInSight() },
        answers: Object.fromEntries(answers),
      }),
    );
  });

/** Opens the question before, or, where none of this picture is answered, takes the last picture's answers back. */
function undo() {
  const answered = fieldsets().filter((fieldset) => !isOpen(fieldset));
  const { person, image, answered: count } = state.task;
  if (image && answered.length > 0) {
    const last = answered.at(-1);
    for (const input of last.querySelectorAll('input')) input.checked = false;
    focusOn(last);
    return;
  }
  if (count > 0) void attempt(async () => showTask(await ask('/undo', { person })));
}

function pause() {
  state.seconds = secondsInSight();
  show('pausing');
  byId('resume').focus();
}

function resume() {
  state.shownAt = performance.now();
  show('asking');
  focusOn(fieldsets().find(isOpen) ?? fieldsets()[0]);
}

const begin = (person) => attempt(async () => showTask(await ask('/task', { person })));

async function showStart() {
  sessionStorage.removeItem(NAME);
  const { people } = await ask('/study');
  const buttons = people.map(({ person, answered, total }) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = `${person}: ${answered} of ${total}`;
    button.addEventListener('click', () => begin(person));
    item.append(button);
    return item;
  });
  byId('people').replaceChildren(...buttons);
  byId('known').hidden = people.length === 0;
  show('start');
  byId('name').value = '';
  byId('name').focus();
}

const KEYS = { y: () => answerWith('yes'), n: () => answerWith('no'), u: undo, p: pause };

async function main() {
  // The token of the address is a cookie now.
  history.replaceState(null, '', '/');
  const { questions } = await ask('/study');
  byId('list').replaceChildren(...questions.map(questionOf));
  byId('begin').addEventListener('submit', (event) => {
    event.preventDefault();
    void begin(byId('name').value);
  });
  byId('questions').addEventListener('submit', (event) => {
    event.preventDefault();
    void save();
  });
  // Keys count only while the questions have the focus, so that they disturb no other use of letters.
  byId('questions').addEventListener('keydown', (event) => {
    const { key, ctrlKey, altKey, metaKey, repeat } = event;
    const act = KEYS[key.toLowerCase()];
    if (!act || ctrlKey || altKey || metaKey || repeat) return;
    event.preventDefault();
    act();
  });
  byId('undo').addEventListener('click', undo);
  byId('undo-last').addEventListener('click', undo);
  byId('pause').addEventListener('click', pause);
  byId('resume').addEventListener('click', resume);
  for (const id of ['leave', 'leave-done'])
    byId(id).addEventListener('click', () => attempt(showStart));
  const person = sessionStorage.getItem(NAME);
  if (person) showTask(await ask('/task', { person }));
  else await showStart();
}

void attempt(main);
