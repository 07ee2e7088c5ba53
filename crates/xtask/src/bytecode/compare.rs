//! Compares two code objects and explains the first difference of each pair.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use taipan_bytecode::instructions::{Instruction, instructions};
use taipan_bytecode::linetable::{self, Location};
use taipan_bytecode::{CodeObject, Constant, Opcode, dis, exctable, repr};

/// The first difference of one pair of code objects.
pub struct Difference {
    /// What differences are grouped by.
    pub kind: String,
    /// Qualified name and line.
    pub path: String,
    /// For people.
    pub detail: String,
}

/// The differences of two code objects and of those inside them, one for each pair at most.
pub fn compare(ours: &CodeObject, theirs: &CodeObject) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(ours, theirs, &mut found);
    found
}

fn walk(ours: &CodeObject, theirs: &CodeObject, found: &mut Vec<Difference>) {
    if let Some((kind, detail)) = first_difference(ours, theirs) {
        let path = format!("{} (line {})", theirs.qualname, theirs.firstlineno);
        let others = all_kinds(ours, theirs).join(", ");
        found.push(Difference { kind, path, detail: format!("  differing attributes: {others}\n{detail}") });
    }
    let (a, b): (Vec<&Arc<CodeObject>>, Vec<&Arc<CodeObject>>) =
        (ours.nested().collect(), theirs.nested().collect());
    if a.len() == b.len() {
        a.iter().zip(&b).for_each(|(x, y)| walk(x, y, found));
        return;
    }
    // Pair by name and line what can be paired, so that one missing function does not hide the others.
    for y in &b {
        match a.iter().find(|x| x.qualname == y.qualname && x.firstlineno == y.firstlineno) {
            Some(x) => walk(x, y, found),
            None => found.push(Difference {
                kind: "code object missing".to_owned(),
                path: format!("{} (line {})", y.qualname, y.firstlineno),
                detail: String::new(),
            }),
        }
    }
}

/// Constants without the contents of code objects.
fn shallow(list: &[Constant]) -> Vec<String> {
    list.iter()
        .map(|c| match c {
            Constant::Code(code) => format!("<code {} line {}>", code.qualname, code.firstlineno),
            other => repr::constant(&in_order(other)),
        })
        .collect()
}

/// A constant with the items of sets sorted, because their order means nothing.
fn in_order(constant: &Constant) -> Constant {
    match constant {
        Constant::Tuple(items) => Constant::Tuple(items.iter().map(in_order).collect()),
        Constant::FrozenSet(items) => {
            let mut sorted: Vec<Constant> = items.iter().map(in_order).collect();
            sorted.sort_by_cached_key(repr::constant);
            Constant::FrozenSet(sorted.into())
        }
        other => other.clone(),
    }
}

fn names(list: &[taipan_bytecode::Name]) -> Vec<String> {
    list.iter().map(|n| n.to_string()).collect()
}

/// The attributes in the order in which a compiler's stages decide them.
fn attributes(code: &CodeObject) -> Vec<(&'static str, String)> {
    let kinds = || -> Vec<String> {
        code.localsplusnames.iter().zip(&code.localspluskinds).map(|(n, k)| format!("{n}:{k:#04x}")).collect()
    };
    vec![
        ("co_name", code.name.to_string()),
        ("co_qualname", code.qualname.to_string()),
        ("co_filename", code.filename.to_string()),
        ("co_firstlineno", code.firstlineno.to_string()),
        ("co_argcount", code.argcount.to_string()),
        ("co_posonlyargcount", code.posonlyargcount.to_string()),
        ("co_kwonlyargcount", code.kwonlyargcount.to_string()),
        ("co_flags", format!("{:?}", code.flags)),
        ("co_localsplus", kinds().join(" ")),
    ]
}

fn later_attributes(code: &CodeObject) -> Vec<(&'static str, String)> {
    vec![
        ("co_consts", shallow(&code.consts).join(", ")),
        ("co_names", names(&code.names).join(", ")),
        ("co_stacksize", code.stacksize.to_string()),
    ]
}

fn all_kinds(ours: &CodeObject, theirs: &CodeObject) -> Vec<&'static str> {
    let both = |f: fn(&CodeObject) -> Vec<(&'static str, String)>| {
        f(ours).into_iter().zip(f(theirs)).filter(|(a, b)| a.1 != b.1).map(|(a, _)| a.0).collect::<Vec<_>>()
    };
    let mut list = both(attributes);
    list.extend(both(later_attributes));
    for (name, differs) in [
        ("co_code", ours.code != theirs.code),
        ("co_exceptiontable", ours.exceptiontable != theirs.exceptiontable),
        ("co_linetable", ours.linetable != theirs.linetable),
    ] {
        if differs {
            list.push(name);
        }
    }
    list
}

fn first_difference(ours: &CodeObject, theirs: &CodeObject) -> Option<(String, String)> {
    for ((name, a), (_, b)) in attributes(ours).into_iter().zip(attributes(theirs)) {
        if a != b {
            let kind = match name {
                "co_flags" => format!("{name}: ours {a}, theirs {b}"),
                _ => name.to_owned(),
            };
            return Some((kind, format!("  ours:   {a}\n  theirs: {b}")));
        }
    }
    if let Some(found) = code_difference(ours, theirs) {
        return Some(found);
    }
    for ((name, a), (_, b)) in later_attributes(ours).into_iter().zip(later_attributes(theirs)) {
        if a != b {
            return Some((name.to_owned(), format!("  ours:   {a}\n  theirs: {b}")));
        }
    }
    if ours.exceptiontable != theirs.exceptiontable {
        let show = |code: &CodeObject| {
            exctable::entries(&code.exceptiontable)
                .map_while(Result::ok)
                .map(|e| {
                    format!(
                        "{}-{}->{}[{}]{}",
                        e.start,
                        e.end,
                        e.target,
                        e.depth,
                        if e.lasti { "i" } else { "" }
                    )
                })
                .collect::<Vec<_>>()
                .join(" ")
        };
        let detail = format!("  ours:   {}\n  theirs: {}", show(ours), show(theirs));
        return Some(("co_exceptiontable".to_owned(), detail));
    }
    if ours.linetable != theirs.linetable {
        return Some(location_difference(ours, theirs));
    }
    // Whatever is left: sets in another order, names with equal text.
    (!same_consts(ours, theirs))
        .then(|| ("co_consts (by type)".to_owned(), dis::attributes(ours) + &dis::attributes(theirs)))
}

fn same_consts(ours: &CodeObject, theirs: &CodeObject) -> bool {
    ours.consts.len() == theirs.consts.len()
        && ours.consts.iter().zip(&theirs.consts).all(|(a, b)| match (a, b) {
            (Constant::Code(_), Constant::Code(_)) => true,
            _ => a == b,
        })
}

/// One instruction with what it means, jumps by the index of the instruction they go to.
struct Row {
    ins: Instruction,
    text: String,
    at: Location,
}

fn rows(code: &CodeObject) -> Vec<Row> {
    let all: Vec<Instruction> = instructions(&code.code).collect();
    let index: BTreeMap<u32, usize> = all.iter().enumerate().map(|(i, ins)| (ins.start, i)).collect();
    let places: Vec<Location> =
        linetable::positions(&code.linetable, code.firstlineno).take(code.units()).collect();
    let none = BTreeMap::new();
    all.iter()
        .map(|ins| {
            let meaning = match ins.target() {
                Some(target) => {
                    let to = u32::try_from(target).ok().and_then(|t| index.get(&t));
                    to.map_or_else(|| "to ?".to_owned(), |i| format!("to #{i}"))
                }
                None if ins.opcode == Some(Opcode::LOAD_CONST) => {
                    let value = code.consts.get(ins.arg as usize);
                    value.map_or_else(|| "?".to_owned(), |c| repr::constant(&in_order(c)))
                }
                None => dis::meaning(ins, code, &none),
            };
            let meaning = match ins.opcode {
                Some(op) if !op.has_arg() => String::new(),
                _ if meaning.is_empty() => ins.arg.to_string(),
                _ => meaning,
            };
            let text = format!("{} {meaning}", ins.name());
            Row { ins: *ins, text, at: places.get(ins.offset as usize).copied().unwrap_or(Location::NONE) }
        })
        .collect()
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        text.to_owned()
    } else {
        text.chars().take(width - 1).chain(['~']).collect()
    }
}

/// Two listings side by side around an instruction.
fn side_by_side(a: &[Row], b: &[Row], at: usize) -> String {
    const WIDTH: usize = 52;
    let mut out = format!("      {:<WIDTH$}   {}\n", "ours", "theirs");
    for i in at.saturating_sub(6)..at + 9 {
        let show =
            |rows: &[Row]| rows.get(i).map_or(String::new(), |r| format!("{:>4} {}", r.at.line, r.text));
        let (left, right) = (show(a), show(b));
        if left.is_empty() && right.is_empty() {
            break;
        }
        let same = a.get(i).map(|r| &r.text) == b.get(i).map(|r| &r.text);
        let mark = if i == at { ">" } else { " " };
        let between = if same { " " } else { "|" };
        let _ = writeln!(out, "{mark}{i:>4} {:<WIDTH$} {between} {}", cut(&left, WIDTH), cut(&right, WIDTH));
    }
    out
}

fn code_difference(ours: &CodeObject, theirs: &CodeObject) -> Option<(String, String)> {
    if ours.code == theirs.code && same_consts(ours, theirs) {
        return None;
    }
    let (a, b) = (rows(ours), rows(theirs));
    // An inserted instruction shifts jump targets before it: look for another opcode first.
    let name = |rows: &[Row], i: usize| rows.get(i).map_or("the end".to_owned(), |r| r.ins.name());
    let length = a.len().max(b.len());
    let opcode = (0..length).find(|i| name(&a, *i) != name(&b, *i));
    if let Some(i) = opcode {
        let kind = format!("code: {} instead of {}", name(&a, i), name(&b, i));
        return Some((kind, side_by_side(&a, &b, i)));
    }
    let operand = (0..length).find(|i| a[*i].text != b[*i].text);
    if let Some(i) = operand {
        return Some((format!("code: operand of {}", name(&a, i)), side_by_side(&a, &b, i)));
    }
    if ours.code == theirs.code {
        return None;
    }
    let raw = (0..length).find(|i| a[*i].ins.arg != b[*i].ins.arg || a[*i].ins.start != b[*i].ins.start);
    let i = raw.unwrap_or(0);
    let order = |code: &CodeObject| {
        format!("  consts {}\n  names {}", shallow(&code.consts).join(", "), names(&code.names).join(", "))
    };
    let detail = format!("{}  ours:\n{}\n  theirs:\n{}", side_by_side(&a, &b, i), order(ours), order(theirs));
    Some((format!("code: numbering in the operand of {}", name(&a, i)), detail))
}

fn location_difference(ours: &CodeObject, theirs: &CodeObject) -> (String, String) {
    let (a, b) = (rows(ours), rows(theirs));
    let Some(i) = (0..a.len().min(b.len())).find(|i| a[*i].at != b[*i].at) else {
        return ("co_linetable (same locations)".to_owned(), String::new());
    };
    let (x, y) = (a[i].at, b[i].at);
    let what = if x.line != y.line {
        "line"
    } else if x.end_line != y.end_line {
        "end line"
    } else if x.col != y.col {
        "column"
    } else {
        "end column"
    };
    let show = |at: Location| format!("{}:{}-{}:{}", at.line, at.col, at.end_line, at.end_col);
    let mut detail = format!("  ours {}, theirs {}\n", show(x), show(y));
    for j in i.saturating_sub(4)..(i + 5).min(a.len()).min(b.len()) {
        let mark = if j == i { ">" } else { " " };
        let _ = writeln!(
            detail,
            "{mark}{j:>4} {:<44} {:<20} {}",
            cut(&a[j].text, 44),
            show(a[j].at),
            show(b[j].at)
        );
    }
    (format!("co_linetable: {what} of {}", a[i].ins.name()), detail)
}
