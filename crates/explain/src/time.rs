//! Where time went: by function, by line and by call, from the times of entering and leaving.

use std::collections::HashMap;

use crate::model::FlameNode;

/// Nodes of the call tree; what comes on top is counted in its caller.
const MOST_NODES: usize = 20_000;

/// A frame that runs.
struct Running {
    code: usize,
    node: usize,
    entered: u64,
    /// When it last began to be the innermost.
    since: u64,
    own: u64,
    line: u32,
    line_since: u64,
}

#[derive(Default, Clone, Copy)]
pub(crate) struct Function {
    pub calls: u64,
    pub own: u64,
    pub all: u64,
    /// Frames of it that are running: only the outermost counts its whole time.
    running: u32,
}

/// The profile of a run.
#[derive(Default)]
pub(crate) struct Profile {
    stacks: HashMap<u64, Vec<Running>>,
    pub functions: HashMap<usize, Function>,
    /// By code and line: times reached, nanoseconds.
    pub lines: HashMap<(usize, u32), (u64, u64)>,
    pub tree: Vec<FlameNode>,
    nodes: HashMap<(Option<usize>, usize), usize>,
}

impl Profile {
    pub(crate) fn enter(&mut self, at: u64, thread: u64, code: usize) {
        let stack = self.stacks.entry(thread).or_default();
        let parent = stack.last_mut().map(|below| {
            below.own += at.saturating_sub(below.since);
            below.node
        });
        let next = self.tree.len();
        let node = match self.nodes.get(&(parent, code)) {
            Some(node) => *node,
            None if next >= MOST_NODES => parent.unwrap_or(0),
            None => {
                self.nodes.insert((parent, code), next);
                self.tree.push(FlameNode(code, parent, 0, 0));
                next
            }
        };
        self.tree[node].2 += 1;
        let function = self.functions.entry(code).or_default();
        function.calls += 1;
        function.running += 1;
        stack.push(Running { code, node, entered: at, since: at, own: 0, line: 0, line_since: at });
    }

    pub(crate) fn leave(&mut self, at: u64, thread: u64) {
        let Some(stack) = self.stacks.get_mut(&thread) else { return };
        let Some(mut left) = stack.pop() else { return };
        left.own += at.saturating_sub(left.since);
        if left.line != 0 {
            let line = self.lines.entry((left.code, left.line)).or_default();
            line.1 += at.saturating_sub(left.line_since);
        }
        self.tree[left.node].3 += left.own;
        let function = self.functions.entry(left.code).or_default();
        function.own += left.own;
        function.running = function.running.saturating_sub(1);
        if function.running == 0 {
            function.all += at.saturating_sub(left.entered);
        }
        if let Some(below) = stack.last_mut() {
            below.since = at;
        }
    }

    /// The innermost frame comes to a line.
    pub(crate) fn line(&mut self, at: u64, thread: u64, code: usize, line: u32) {
        let Some(top) = self.stacks.get_mut(&thread).and_then(|stack| stack.last_mut()) else { return };
        if top.code != code {
            return;
        }
        if top.line != 0 {
            let former = self.lines.entry((code, top.line)).or_default();
            former.1 += at.saturating_sub(top.line_since);
        }
        self.lines.entry((code, line)).or_default().0 += 1;
        top.line = line;
        top.line_since = at;
    }

    /// Leaves what still runs.
    pub(crate) fn close(&mut self, at: u64) {
        let threads: Vec<u64> = self.stacks.keys().copied().collect();
        for thread in threads {
            while self.stacks.get(&thread).is_some_and(|stack| !stack.is_empty()) {
                self.leave(at, thread);
            }
        }
    }
}
