"""Names and superclasses of ImageNet's 1,000 classes, from WordNet 3.0.

    python make.py <data.noun of WordNet 3.0> <list of the 1,000 WordNet ids> > imagenet.json

src/library/datasets/imagenetNames.ts holds what it gives.

data.noun is in Debian's wordnet-base. A class is called by the first word of its synset, and belongs to the superclass
that its hypernyms reach first. WordNet 3.0 Copyright 2006 by Princeton University; its licence allows any use with that notice.
"""
import json
import sys
from collections import Counter, deque

# Superclasses, and the synsets that stand for them. Of several that a class reaches at the same distance, the
# first here counts.
SUPERCLASSES = {
    "dog": ["n02084071"],
    "cat": ["n02120997"],
    "other carnivore": ["n02075296"],
    "primate": ["n02469914"],
    "hoofed mammal": ["n02370806"],
    "other mammal": ["n02329401", "n02062430", "n01861778"],
    "bird": ["n01503061"],
    "snake": ["n01726692"],
    "other reptile": ["n01674464", "n01662784", "n01661091"],
    "amphibian": ["n01627424"],
    "fish": ["n02512053"],
    "insect": ["n02159955"],
    "other invertebrate": ["n01769347", "n01974773", "n01940736", "n01905661"],
    "wheeled vehicle": ["n03791235", "n04576211"],
    "other vehicle": ["n04530566", "n02686568", "n04468005", "n04524313"],
    "musical instrument": ["n04338517", "n03800933"],
    "electronics": ["n03278248", "n03082979"],
    "measuring instrument": ["n03733925"],
    "tool or weapon": ["n04451818", "n04565375"],
    "other device": ["n03323703", "n03699975", "n03183080"],
    "furniture": ["n03405725"],
    "household": ["n03528263", "n03621049"],
    "container": ["n03094503"],
    "clothing": ["n03051540", "n03380867", "n03502509"],
    "covering or fabric": ["n03122748", "n03309808"],
    "sports and games": ["n04285146", "n03414162"],
    "building": ["n02913152"],
    "other structure": ["n04341686"],
    "fruit or vegetable": ["n13134947", "n07707451"],
    "other food": ["n07557434", "n00021265"],
    "plant or fungus": ["n12992868", "n11669921"],
    "landscape": ["n09287968"],
    "person": ["n00007846"],
    "other artefact": ["n00021939"],
}


def read_nouns(path):
    nouns = {}
    for line in open(path, encoding="utf8"):
        if line.startswith(" "):
            continue
        fields = line.split("|")[0].split()
        count = int(fields[3], 16)
        words = [word.replace("_", " ") for word in fields[4 : 4 + 2 * count : 2]]
        start = 4 + 2 * count
        pointers = fields[start + 1 :]
        hypernyms = [
            "n" + pointers[i + 1]
            for i in range(0, 4 * int(fields[start]), 4)
            if pointers[i] in ("@", "@i") and pointers[i + 2] == "n"
        ]
        nouns["n" + fields[0]] = (words, hypernyms)
    return nouns


def superclass_of(nouns, wnid):
    names = {synset: name for name, synsets in SUPERCLASSES.items() for synset in synsets}
    order = list(SUPERCLASSES)
    seen, level = set(), [wnid]
    while level:
        found = [names[synset] for synset in level if synset in names]
        if found:
            return min(found, key=order.index)
        seen.update(level)
        level = [up for synset in level for up in nouns[synset][1] if up not in seen]
    return "other artefact"


def main(data, ids):
    nouns = read_nouns(data)
    classes = open(ids).read().split()
    names = [nouns[wnid][0][0] for wnid in classes]
    twice = {name for name, count in Counter(names).items() if count > 1}
    members = {name: [] for name in SUPERCLASSES}
    for label, wnid in enumerate(classes):
        members[superclass_of(nouns, wnid)].append(label)
    json.dump(
        {
            "names": [f"{name} ({wnid})" if name in twice else name for name, wnid in zip(names, classes)],
            "superclasses": members,
        },
        sys.stdout,
    )


main(*sys.argv[1:])
