import { AnnotationsError, type Attribute, OptionError } from 'selective-brain-damage-statistics';
import { ATTRIBUTES, orderFor } from 'selective-brain-damage-statistics/internal';
import type { AnswerFile } from './answerFile';
import type { Study, StudyImage } from './study';

/** What the page shows a person next. */
export interface Task {
  readonly person: string;
  readonly answered: number;
  readonly total: number;
  /** Undefined where all is answered. */
  readonly image?: Pick<StudyImage, 'className' | 'picture' | 'references'>;
}

/** A person's answers about the picture of a task. */
export interface Answer {
  readonly picture: number;
  readonly answers: Readonly<Record<Attribute, boolean>>;
  /** From the picture to the last answer, without pauses. */
  readonly seconds: number;
}

const LONGEST_NAME = 60;

/** Asks people about the images of a study, each in an order of their own, and keeps what they say. */
export class Interviews {
  private readonly orders = new Map<string, readonly StudyImage[]>();
  private readonly variant: string;

  /** @throws AnnotationsError where the file holds answers about other images */
  constructor(
    private readonly study: Study,
    private readonly file: AnswerFile,
  ) {
    this.variant = study.images[0]!.sampled.variant;
    const sets = new Map(study.images.map(({ sampled }) => [sampled.image_id, sampled.set]));
    for (const { image_id, set, variant } of file.all())
      if (variant !== this.variant || sets.get(image_id) !== set)
        throw new AnnotationsError(
          `${file.path}: holds answers about ${variant}, image ${image_id} (${set}), which this study does not ` +
            'about; give its variant, count and seed, or another file with --out.',
          { file: file.path, value: image_id },
        );
  }

  /** Who has answered, by name. */
  people(): Pick<Task, 'person' | 'answered' | 'total'>[] {
    const names = new Set(this.file.all().map(({ person }) => person));
    const total = this.study.images.length;
    return [...names]
      .sort()
      .map((person) => ({ person, answered: this.file.of(person).length, total }));
  }

  /**
   * What a person is asked next: the first image of the order that has no answers.
   *
   * @throws OptionError for a name that is empty or longer than 60 characters
   */
  task(name: unknown): Task {
    const person = personOf(name);
    const answered = new Set(this.file.of(person).map((row) => row.image_id));
    const next = this.orderOf(person).find(({ sampled }) => !answered.has(sampled.image_id));
    return {
      ...{ person, answered: answered.size, total: this.study.images.length },
      ...(next && {
        image: {
          ...{ className: next.className, picture: next.picture, references: next.references },
        },
      }),
    };
  }

  /**
   * Keeps a person's answers about the image that is asked next.
   *
   * @returns what is asked next; answers about another image, as from a second tab, are not kept
   * @throws OptionError for answers that are not complete
   */
  async answer(name: unknown, answer: unknown): Promise<Task> {
    const { person, image } = this.task(name);
    const { picture, answers, seconds } = checkedAnswer(answer);
    if (image?.picture === picture) {
      const order = this.orderOf(person);
      const position = order.findIndex((one) => one.picture === picture);
      const { sampled } = order[position]!;
      await this.file.add({ ...sampled, person, position: position + 1, ...answers, seconds });
    }
    return this.task(person);
  }

  /** Takes a person's last answers back and asks about their image again. */
  async undo(name: unknown): Promise<Task> {
    const { person } = this.task(name);
    const last = this.file.of(person).at(-1);
    if (last) await this.file.add({ ...last, taken_back: true });
    return this.task(person);
  }

  private orderOf(person: string): readonly StudyImage[] {
    const { images, seed } = this.study;
    const order = this.orders.get(person) ?? orderFor(images, seed, person);
    this.orders.set(person, order);
    return order;
  }
}

function personOf(name: unknown): string {
  const person = typeof name === 'string' ? name.normalize('NFC').trim().replace(/\s+/g, ' ') : '';
  if (person === '' || person.length > LONGEST_NAME)
    throw new OptionError(`person: expected a name of 1 to ${LONGEST_NAME} characters.`, {
      option: 'person',
      value: name,
    });
  return person;
}

function checkedAnswer(answer: unknown): Answer {
  const { picture, answers, seconds } = (answer ?? {}) as Partial<Answer>;
  const fail = (option: string, expected: string): never => {
    throw new OptionError(`${option}: expected ${expected}.`, { option, value: answer });
  };
  if (!Number.isSafeInteger(picture)) fail('picture', 'the number of a picture');
  if (!(Number.isFinite(seconds) && seconds! >= 0)) fail('seconds', 'a time, 0 or more');
  const said = ATTRIBUTES.map((attribute) => [attribute, answers?.[attribute]] as const);
  for (const [attribute, value] of said)
    if (typeof value !== 'boolean') fail(`answers.${attribute}`, 'true or false');
  return {
    picture: picture!,
    answers: Object.fromEntries(said) as Answer['answers'],
    seconds: Math.round(seconds! * 10) / 10,
  };
}
