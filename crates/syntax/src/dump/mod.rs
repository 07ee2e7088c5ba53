//! `--dump=ast` and `--dump=tokens`: trees as `ast.dump` prints them, tokens as `python -m tokenize -e` does.

mod nodes;
mod tokens;

pub use tokens::dump_tokens;

use crate::ast::Mod;

/// How to print a tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct DumpOptions {
    /// print line and column attributes
    pub attributes: bool,
    /// one field a line, indented by this many blanks a level; `None` prints one line
    pub indent: Option<usize>,
}

/// Trees nest no deeper in a dump; what lies below prints as `...`.
const MAX_LEVEL: usize = 1500;

/// A value in a tree: a node with its fields in ASDL order, a list, or a literal as Python writes it.
pub enum Item {
    Node(&'static str, Vec<(&'static str, Item)>),
    List(Vec<Item>),
    Text(String),
}

/// The tree as items. With `attributes` each node that has a place ends in the fields `lineno`, `col_offset`, `end_lineno` and
/// `end_col_offset` (columns in UTF-8 bytes). Trees nest no deeper than a fixed bound here; below it stands the text `...`.
pub fn tree(module: &Mod, attributes: bool) -> Item {
    nodes::Builder { attributes, level: 0 }.module(module)
}

/// The text of a tree, equal to `ast.dump(tree, include_attributes=…, indent=…)`.
pub fn dump_ast(module: &Mod, options: DumpOptions) -> String {
    let item = tree(module, options.attributes);
    let mut out = String::new();
    write(&mut out, &item, 0, options.indent);
    out
}

fn write(out: &mut String, item: &Item, level: usize, indent: Option<usize>) {
    let level = level + 1;
    match item {
        Item::Text(text) => out.push_str(text),
        Item::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(out, i, level, indent);
                write(out, item, level, indent);
            }
            out.push(']');
        }
        Item::Node(name, fields) => {
            let simple = fields.len() <= 3 && fields.iter().all(|(_, item)| item.is_simple());
            let indent_fields = if simple { None } else { indent };
            out.push_str(name);
            out.push('(');
            for (i, (field, item)) in fields.iter().enumerate() {
                separate(out, i, level, indent_fields);
                out.push_str(field);
                out.push('=');
                write(out, item, level, indent);
            }
            out.push(')');
        }
    }
}

fn separate(out: &mut String, index: usize, level: usize, indent: Option<usize>) {
    match indent {
        Some(width) => {
            out.push_str(if index == 0 { "\n" } else { ",\n" });
            out.extend(std::iter::repeat_n(' ', width * level));
        }
        None if index > 0 => out.push_str(", "),
        None => {}
    }
}

impl Item {
    fn is_simple(&self) -> bool {
        match self {
            Item::Text(_) => true,
            Item::List(items) => items.is_empty(),
            Item::Node(_, fields) => fields.is_empty(),
        }
    }
}
