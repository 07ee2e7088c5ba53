//! The steps of a run, each as the difference to the one before.

use std::collections::HashMap;

use taipan_event::{ObjectState, Shown, Step as State};

use crate::model::{Item, Object, Step};

/// The text table: values repeat, so each text is written once.
#[derive(Default)]
pub(crate) struct Texts {
    list: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.numbers.insert(text.to_owned(), self.list.len());
        self.list.push(text.to_owned());
        self.list.len() - 1
    }

    pub(crate) fn into_list(self) -> Vec<String> {
        self.list
    }
}

/// What the record last said of a frame.
#[derive(Default)]
struct Known {
    locals: Vec<Item>,
    stack: Vec<Item>,
    names: HashMap<usize, Item>,
    entered: bool,
}

/// Steps and what is needed to tell what changed.
#[derive(Default)]
pub(crate) struct Steps {
    pub list: Vec<Step>,
    pub texts: Texts,
    frames: HashMap<usize, Known>,
    objects: HashMap<u64, Object>,
    /// The shown frames of each thread, outermost first.
    stacks: HashMap<u64, Vec<usize>>,
    /// The frames that the last step said are alive.
    said: Vec<usize>,
    raised: bool,
}

impl Steps {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn last(&self) -> Option<usize> {
        self.list.len().checked_sub(1)
    }

    pub(crate) fn top(&self, thread: u64) -> Option<usize> {
        self.stacks.get(&thread)?.last().copied()
    }

    pub(crate) fn enter(&mut self, thread: u64, frame: usize) {
        self.stacks.entry(thread).or_default().push(frame);
        self.frames.insert(frame, Known::default());
    }

    pub(crate) fn resume(&mut self, thread: u64, frame: usize) {
        self.stacks.entry(thread).or_default().push(frame);
    }

    /// A frame is off the thread's stack; for good, if it has ended.
    pub(crate) fn leave(&mut self, thread: u64, frame: usize, ended: bool) {
        if let Some(stack) = self.stacks.get_mut(&thread) {
            stack.retain(|&other| other != frame);
        }
        if ended {
            self.frames.remove(&frame);
        }
    }

    /// The next step is the first after an exception was raised.
    pub(crate) fn raised(&mut self) {
        self.raised = true;
    }

    /// Adds a step; gives its index.
    pub(crate) fn add(&mut self, at: u64, thread: u64, frame: usize, state: State) -> usize {
        let mut step = Step { f: frame, o: state.offset, l: state.line, t: at, ..Step::default() };
        let stack = self.stacks.entry(thread).or_default();
        if *stack != self.said {
            self.said.clone_from(stack);
            step.s = Some(stack.clone());
        }
        let known = self.frames.entry(frame).or_default();
        step.k = if std::mem::take(&mut self.raised) {
            "x"
        } else if !std::mem::replace(&mut known.entered, true) {
            "c"
        } else if state.line_begins {
            "l"
        } else {
            "i"
        };
        for (slot, shown) in state.locals.into_iter().enumerate() {
            let item = item(shown);
            if known.locals.get(slot) != Some(&item) && (slot < known.locals.len() || item != nothing()) {
                step.v.push((frame, slot, item.clone()));
            }
            match known.locals.get_mut(slot) {
                Some(former) => *former = item,
                None => known.locals.push(item),
            }
        }
        let values: Vec<Item> = state.stack.into_iter().map(item).collect();
        if values != known.stack {
            known.stack.clone_from(&values);
            step.p.push((frame, values));
        }
        let mut gone: Vec<usize> = known.names.keys().copied().collect();
        for (name, shown) in state.names {
            let (name, item) = (self.texts.number(&name), item(shown));
            gone.retain(|&other| other != name);
            if known.names.get(&name) != Some(&item) {
                known.names.insert(name, item.clone());
                step.g.push((frame, name, item));
            }
        }
        for name in gone {
            known.names.remove(&name);
            step.g.push((frame, name, nothing()));
        }
        for object in state.objects {
            let object = describe(&mut self.texts, object);
            if self.objects.get(&object.0) != Some(&object) {
                self.objects.insert(object.0, object.clone());
                step.h.push(object);
            }
        }
        for id in state.freed {
            self.objects.remove(&id.0);
            step.d.push(id.0);
        }
        step.m = [state.made, state.ended];
        self.list.push(step);
        self.list.len() - 1
    }
}

fn nothing() -> Item {
    Item::Plain("n".to_owned())
}

fn item(shown: Shown) -> Item {
    match shown {
        Shown::Nothing => nothing(),
        Shown::Int(int) => Item::Plain(format!("i{int}")),
        Shown::Float(text) => Item::Plain(format!("f{text}")),
        Shown::Constant(text) => Item::Plain(format!("c{text}")),
        Shown::Object(id) => Item::Object(id.0),
    }
}

fn describe(texts: &mut Texts, object: ObjectState) -> Object {
    let parts = object.parts.into_iter().map(|(label, part)| (texts.number(&label), item(part))).collect();
    Object(
        object.id.0,
        texts.number(&object.kind),
        texts.number(&object.text),
        object.count,
        parts,
        object.more,
    )
}
