//! What the stages before running make of a source file: tokens, tree, scopes and code objects.
//!
//! The compiler is a function of the text alone, so this is done after the run, from the text that the run has read; nothing is
//! recorded while the program's own compilation happens but its time.

use taipan_bytecode::code::CodeObject;
use taipan_bytecode::instructions::instructions;
use taipan_bytecode::{Name, dis, exctable, linetable, repr};
use taipan_compiler::symtable::{BlockKind, NameScope, SymbolTable, flag};
use taipan_compiler::{Mode, Options};
use taipan_syntax::SourceText;
use taipan_syntax::dump::{Item, tree};
use taipan_syntax::lexer::{self, LexOptions, TokenKind};

use crate::model::{Code, Handler, Instruction, Node, Scope, ScopeName, Source, Token};

/// Tokens and nodes show so much of a long text.
const LONGEST_TEXT: usize = 120;

/// Columns in characters from columns in UTF-8 bytes.
struct Columns<'a>(&'a SourceText);

impl Columns<'_> {
    fn characters(&self, line: i32, byte: i32) -> i32 {
        match (u32::try_from(line), u32::try_from(byte)) {
            (Ok(line), Ok(byte)) if line >= 1 && line <= self.0.line_count() => {
                let start = self.0.line_start(line);
                self.0.chars_between(start, start.saturating_add(byte)) as i32
            }
            _ => byte,
        }
    }
}

/// Describes one file. Its code objects are pushed on `codes`, the module's first.
pub fn describe(
    path: &str,
    module: &str,
    bytes: &[u8],
    optimize: u8,
    source: usize,
    codes: &mut Vec<Code>,
) -> Source {
    let mut described =
        Source { path: path.to_owned(), module: module.to_owned(), bytes: bytes.len(), ..Source::default() };
    let text = match SourceText::from_bytes(bytes) {
        Ok(text) => text,
        Err(error) => {
            described.error = Some(error.to_string());
            described.text = String::from_utf8_lossy(bytes).into_owned();
            return described;
        }
    };
    described.encoding = text.encoding().unwrap_or("utf-8").to_owned();
    described.text = text.text_as_given().to_owned();
    described.tokens = tokens(&text);
    let options = Options { optimize, ..Options::default() };
    let columns = Columns(&text);
    match taipan_compiler::parse(&text, Mode::Exec, &options) {
        Ok(parsed) => described.tree = Some(node(tree(&parsed.module, true), &columns)),
        Err(error) => {
            described.error = Some(error.to_string());
            return described;
        }
    }
    if let Ok((table, _)) = taipan_compiler::symtable(&text, Mode::Exec, &options) {
        described.scopes = scopes(&table);
    }
    match taipan_compiler::compile(&text, &Name::from(path.to_owned()), Mode::Exec, &options) {
        Ok(compiled) => described.code = Some(codes_of(&compiled.code, source, &columns, codes)),
        Err(error) => described.error = Some(error.to_string()),
    }
    described
}

/// A text with its end cut where it is long.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn tokens(source: &SourceText) -> Vec<Token> {
    let lexed = lexer::lex(source, LexOptions { extra_tokens: true, ..LexOptions::default() });
    let given = source.text_as_given();
    let shown = lexed.tokens.iter().filter(|token| token.kind != TokenKind::Error);
    shown
        .map(|token| {
            let (start, end) = (source.line_column(token.start), lexer::token_end(source, *token));
            let last = source.line_start(end.line);
            let text = given.get(token.start as usize..(token.end as usize).min(given.len())).unwrap_or("");
            Token(
                if token.kind.is_keyword() { "KEYWORD" } else { token.kind.python_name() },
                start.line,
                source.char_column(token.start),
                end.line,
                source.chars_between(last, last + end.column),
                cut(text, LONGEST_TEXT),
            )
        })
        .collect()
}

/// A tree's node from its items: the place's fields become one, the others values or nodes.
fn node(item: Item, columns: &Columns<'_>) -> Node {
    let Item::Node(name, fields) = item else { return Node::default() };
    let mut node = Node { name: name.to_owned(), ..Node::default() };
    let mut place = [0i32; 4];
    let mut placed = false;
    for (field, item) in fields {
        let at = match field {
            "lineno" => 0,
            "col_offset" => 1,
            "end_lineno" => 2,
            "end_col_offset" => 3,
            _ => 4,
        };
        match item {
            Item::Text(text) if at < 4 && node.name != "TypeIgnore" => {
                place[at] = text.parse().unwrap_or(0);
                placed = true;
            }
            Item::Text(text) => node.values.push((field.to_owned(), cut(&text, LONGEST_TEXT))),
            // Contexts and operators have no fields: they read better as values.
            Item::Node(inner, fields) if fields.is_empty() => {
                node.values.push((field.to_owned(), inner.to_owned()));
            }
            item @ Item::Node(..) => node.nodes.push((field.to_owned(), self::node(item, columns))),
            Item::List(items) => list(&mut node, field, items, columns),
        }
    }
    if placed {
        place[1] = columns.characters(place[0], place[1]);
        place[3] = columns.characters(place[2], place[3]);
        node.place = Some(place.map(|n| u32::try_from(n).unwrap_or(0)));
    }
    node
}

fn list(node: &mut Node, field: &str, items: Vec<Item>, columns: &Columns<'_>) {
    let mut plain = Vec::new();
    for item in items {
        match item {
            Item::Text(text) => plain.push(text),
            Item::Node(name, fields) if fields.is_empty() => plain.push(name.to_owned()),
            Item::Node(name, fields) => {
                node.nodes.push((field.to_owned(), self::node(Item::Node(name, fields), columns)));
            }
            Item::List(_) => {}
        }
    }
    if !plain.is_empty() {
        node.values.push((field.to_owned(), cut(&plain.join(", "), LONGEST_TEXT)));
    }
}

/// The blocks, each after the one around it.
fn scopes(table: &SymbolTable) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let mut work = vec![(table.top().id, None)];
    while let Some((id, inside)) = work.pop() {
        let block = table.block(id);
        let index = scopes.len();
        let kind = match block.kind {
            BlockKind::Function => "function",
            BlockKind::Class => "class",
            BlockKind::Module => "module",
            BlockKind::Annotation => "annotations",
            BlockKind::TypeAlias => "type alias",
            BlockKind::TypeParameters => "type parameters",
            BlockKind::TypeVariable => "type variable",
        };
        let names = block.symbols.iter().map(|(name, flags)| ScopeName {
            name: name.to_string(),
            scope: scope_name(NameScope::of(flags)).to_owned(),
            uses: uses(flags),
        });
        scopes.push(Scope {
            name: block.name.to_string(),
            kind: kind.to_owned(),
            line: block.span.lineno,
            inside,
            names: names.collect(),
        });
        work.extend(block.children.iter().rev().map(|&child| (child, Some(index))));
    }
    scopes
}

fn scope_name(scope: NameScope) -> &'static str {
    match scope {
        NameScope::Local => "local",
        NameScope::GlobalExplicit | NameScope::GlobalImplicit => "global",
        NameScope::Free => "free",
        NameScope::Cell => "cell",
        NameScope::Unknown => "unknown",
    }
}

fn uses(flags: u32) -> Vec<&'static str> {
    let all = [
        (flag::DEF_PARAM, "parameter"),
        (flag::DEF_LOCAL, "assigned"),
        (flag::DEF_IMPORT, "imported"),
        (flag::DEF_GLOBAL, "declared global"),
        (flag::DEF_NONLOCAL, "declared nonlocal"),
        (flag::DEF_ANNOT, "annotated"),
        (flag::USE, "read"),
    ];
    all.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect()
}

/// Pushes a code object and those inside it; gives its index.
fn codes_of(code: &CodeObject, source: usize, columns: &Columns<'_>, codes: &mut Vec<Code>) -> usize {
    let first = codes.len();
    let mut work = vec![code];
    while let Some(code) = work.pop() {
        codes.push(code_of(code, Some(source), |line, byte| columns.characters(line, byte)));
        let at = work.len();
        work.extend(code.nested().map(|inner| &**inner));
        work[at..].reverse();
    }
    first
}

/// One code object, with columns as `column` translates them.
pub fn code_of(code: &CodeObject, source: Option<usize>, column: impl Fn(i32, i32) -> i32) -> Code {
    let names = |names: &mut dyn Iterator<Item = &Name>| names.map(ToString::to_string).collect::<Vec<_>>();
    let handlers = exctable::decode(&code.exceptiontable).unwrap_or_default();
    let labels = dis::labels(code, &handlers);
    let places: Vec<linetable::Location> = linetable::positions(&code.linetable, code.firstlineno).collect();
    let listed = instructions(&code.code).map(|ins| {
        let place = places.get(ins.offset as usize).copied().unwrap_or(linetable::Location::NONE);
        let meaning = match ins.target() {
            Some(target) => format!("to {}", target * 2),
            None => cut(&dis::meaning(&ins, code, &labels), LONGEST_TEXT),
        };
        let has_arg = ins.opcode.is_some_and(|op| op.has_arg());
        Instruction(
            ins.offset * 2,
            ins.name(),
            has_arg.then_some(ins.arg),
            meaning,
            [
                place.line,
                column(place.line, place.col),
                place.end_line,
                column(place.end_line, place.end_col),
            ],
        )
    });
    let flags = taipan_bytecode::code::CodeFlags::NAMES;
    Code {
        name: code.name.to_string(),
        qualified: code.qualname.to_string(),
        source,
        file: code.filename.to_string(),
        line: code.firstlineno,
        flags: flags.iter().filter(|(bit, _)| code.flags.contains(*bit)).map(|(_, name)| *name).collect(),
        arguments: code.argcount + code.kwonlyargcount,
        stack: code.stacksize,
        locals: names(&mut code.localsplusnames.iter()),
        cells: names(&mut code.cellvars()),
        free: names(&mut code.freevars()),
        names: names(&mut code.names.iter()),
        constants: code.consts.iter().map(|c| cut(&repr::constant(c), LONGEST_TEXT)).collect(),
        bytes: code.code.len(),
        instructions: listed.collect(),
        handlers: handlers
            .iter()
            .map(|row| Handler {
                from: row.start * 2,
                to: row.end * 2,
                target: row.target * 2,
                depth: row.depth,
                lasti: row.lasti,
            })
            .collect(),
        specialised: Vec::new(),
        entered: 0,
    }
}
