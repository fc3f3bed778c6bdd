import type { Attribute } from 'selective-brain-damage-statistics';

/** What people are asked of every image, yes meaning that it has the attribute. */
export const QUESTIONS: Readonly<
  Record<Attribute, { readonly text: string; readonly hint: string }>
> = {
  wrong_label: {
    text: 'Is the label wrong or inadequate?',
    hint: 'The object is not there, or another is what the picture is of.',
  },
  multiple_objects: {
    text: 'Are objects of several classes in the picture?',
    hint: 'Not several of one kind: a dog and a ball, not two dogs.',
  },
  co_occurring: {
    text: 'Is the labelled object seen with one that often goes with it?',
    hint: 'A cup with its coffee, a screen with its keyboard.',
  },
  poor_quality: {
    text: 'Is the picture of poor quality?',
    hint: 'Blurred, noisy, too dark or bright, overlaid with text, badly cut.',
  },
  abstract: {
    text: 'Is the object an abstract rendition?',
    hint: 'A drawing, a painting, a toy, a sculpture.',
  },
  atypical: {
    text: 'Is it an unusual example of its class?',
    hint: 'An odd form, pose, view or place.',
  },
  fine_grained: {
    text: 'Do only fine details tell the class from similar ones?',
    hint: 'One would have to know the breed or the model.',
  },
};
