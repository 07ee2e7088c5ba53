//! Nodes as objects and back: the machinery, and sums (a place and a constructor).

use std::rc::Rc;

use taipan_compiler::Mode;
use taipan_object::{Cx, R, Raised, Value, instance, ops};
use taipan_syntax::ast::*;
use taipan_types::list::{List, new_list};

use super::base::Ast;
use super::classes::Classes;
use super::fields::Fields;

/// What a conversion works with.
pub(super) struct Conv<'a> {
    pub cx: &'a mut Cx,
    pub classes: Rc<Classes>,
}

/// The field that is read, for messages.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub owner: &'static str,
    pub field: &'static str,
}

impl Place {
    #[cold]
    fn required(self, c: &mut Conv<'_>) -> Raised {
        c.cx.value_error(format!("field '{}' is required for {}", self.field, self.owner))
    }
}

/// A value of a field.
pub(super) trait Field: Sized {
    /// How a list with None among such values is named.
    const LIST: &'static str = "expression";
    fn to(self, c: &mut Conv<'_>) -> R;
    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self>;
    /// What an attribute that is not there means.
    fn absent(c: &mut Conv<'_>, place: Place) -> R<Self> {
        let Place { owner, field } = place;
        Err(c.cx.type_error(format!("required field \"{field}\" missing from {owner}")))
    }
}

impl Conv<'_> {
    /// A new node with the fields of `parts`.
    pub fn node<F: Fields>(&mut self, name: &'static str, parts: F, span: Option<Span>) -> R {
        self.cx.check_native_stack(" during ast construction")?;
        let Some(class) = self.classes.class(name).and_then(Value::as_type).map(|c| c.to_handle()) else {
            return Err(self.cx.system_error("node class is missing"));
        };
        let node = self.cx.new_instance(&class, Ast).into_value();
        parts.put(self, &node)?;
        if let Some(span) = span {
            let places = [
                ("lineno", span.lineno),
                ("col_offset", span.col_offset),
                ("end_lineno", span.end_lineno),
                ("end_col_offset", span.end_col_offset),
            ];
            for (name, number) in places {
                let number = self.cx.int(number.into());
                self.set(&node, name, number)?;
            }
        }
        Ok(node)
    }

    pub fn set(&mut self, node: &Value, name: &str, value: Value) -> R<()> {
        let name = self.cx.intern(name.trim_end_matches('_'));
        instance::set_attr(self.cx, node, &name, value)
    }

    pub fn single(&mut self, name: &'static str) -> R {
        match self.classes.single(name) {
            Some(value) => Ok(value.clone()),
            None => Err(self.cx.system_error("node is missing")),
        }
    }

    /// Reads a field of a node.
    pub fn take<F: Field>(&mut self, node: &Value, owner: &'static str, field: &'static str) -> R<F> {
        let field = field.trim_end_matches('_');
        let place = Place { owner, field };
        let name = self.cx.intern(field);
        match ops::getattr_opt(self.cx, node, &name)? {
            Some(value) => <F as Field>::from(self, &value, place),
            None => F::absent(self, place),
        }
    }

    /// The place of a node. The end may be absent.
    pub fn span(&mut self, node: &Value, owner: &'static str) -> R<Span> {
        let lineno: i32 = self.take(node, owner, "lineno")?;
        let col_offset: i32 = self.take(node, owner, "col_offset")?;
        let end_lineno: Option<i32> = self.take(node, owner, "end_lineno")?;
        let end_col_offset: Option<i32> = self.take(node, owner, "end_col_offset")?;
        Ok(Span::new(lineno, col_offset, end_lineno.unwrap_or(lineno), end_col_offset.unwrap_or(col_offset)))
    }

    /// The constructor that a value is of; TypeError if it is none of the sum's.
    pub fn variant(&mut self, value: &Value, sum: &'static str) -> R<&'static str> {
        self.cx.check_native_stack(" during ast construction")?;
        match self.classes.variant(self.cx, value, sum) {
            Some(name) => Ok(name),
            None => Err(self.unexpected(value, sum)),
        }
    }

    #[cold]
    pub fn unexpected(&mut self, value: &Value, sum: &'static str) -> Raised {
        match ops::repr(self.cx, value) {
            Ok(shown) => {
                let message = format!("expected some sort of {sum}, but got {}", shown.to_string_lossy());
                self.cx.type_error(message)
            }
            Err(raised) => raised,
        }
    }
}

impl<F: Field> Field for Vec<F> {
    fn to(self, c: &mut Conv<'_>) -> R {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.to(c)?);
        }
        Ok(new_list(c.cx, items).into_value())
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        let Some(items) = value.cast::<List>().map(|l| l.get(c.cx).items.clone()) else {
            let kind = value.type_name(c.cx).into_owned();
            let message = format!("{} field \"{}\" must be a list, not a {kind}", place.owner, place.field);
            return Err(c.cx.type_error(message));
        };
        let mut out = Vec::with_capacity(items.len());
        for item in &items {
            if item.is_none() && !matches!(place.field, "keys" | "kw_defaults") {
                return Err(c.cx.value_error(format!("None disallowed in {} list", F::LIST)));
            }
            out.push(<F as Field>::from(c, item, place)?);
        }
        Ok(out)
    }

    fn absent(_: &mut Conv<'_>, _: Place) -> R<Self> {
        Ok(Vec::new())
    }
}

impl<F: Field> Field for Option<F> {
    fn to(self, c: &mut Conv<'_>) -> R {
        match self {
            Some(value) => value.to(c),
            None => Ok(Value::none()),
        }
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        if value.is_none() { Ok(None) } else { <F as Field>::from(c, value, place).map(Some) }
    }

    fn absent(_: &mut Conv<'_>, _: Place) -> R<Self> {
        Ok(None)
    }
}

impl Field for Box<Arg> {
    fn to(self, c: &mut Conv<'_>) -> R {
        (*self).to(c)
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        <Arg as Field>::from(c, value, place).map(Box::new)
    }
}

/// A sum whose constructors are in boxes, but for those of the first list.
macro_rules! sum {
    ($outer:ident $kind:ident $sum:literal $list:literal [$($inline:ident)*] [$($name:ident)*]) => {
        impl Field for $outer {
            const LIST: &'static str = $list;

            fn to(self, c: &mut Conv<'_>) -> R {
                let span = Some(self.span);
                match self.into_kind() {
                    $($kind::$inline(parts) => c.node(stringify!($inline), parts, span),)*
                    $($kind::$name(parts) => c.node(stringify!($name), *parts, span),)*
                }
            }

            fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
                if value.is_none() {
                    return Err(place.required(c));
                }
                let span = c.span(value, $sum)?;
                let name = c.variant(value, $sum)?;
                $(if name == stringify!($inline) {
                    return Ok($outer { span, kind: $kind::$inline(Fields::read(c, value, name)?) });
                })*
                $(if name == stringify!($name) {
                    return Ok($outer { span, kind: $kind::$name(Box::new(Fields::read(c, value, name)?)) });
                })*
                Err(c.unexpected(value, $sum))
            }
        }
    };
}

sum!(Expr ExprKind "expr" "expression" [Name Constant] [
    BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp Await Yield YieldFrom Compare
    Call FormattedValue Interpolation JoinedStr TemplateStr Attribute Subscript Starred List Tuple Slice
]);
sum!(Stmt StmtKind "stmt" "statement" [Pass Break Continue] [
    FunctionDef AsyncFunctionDef ClassDef Return Delete Assign TypeAlias AugAssign AnnAssign For AsyncFor While If With
    AsyncWith Match Raise Try TryStar Assert Import ImportFrom Global Nonlocal Expr
]);
sum!(Pattern PatternKind "pattern" "pattern" [MatchSingleton] [
    MatchValue MatchSequence MatchMapping MatchClass MatchStar MatchAs MatchOr
]);

impl Field for TypeParam {
    fn to(self, c: &mut Conv<'_>) -> R {
        let span = Some(self.span);
        match self.kind {
            TypeParamKind::TypeVar(p) => c.node("TypeVar", p, span),
            TypeParamKind::ParamSpec(p) => c.node("ParamSpec", p, span),
            TypeParamKind::TypeVarTuple(p) => c.node("TypeVarTuple", p, span),
        }
    }

    fn from(c: &mut Conv<'_>, value: &Value, _: Place) -> R<Self> {
        let span = c.span(value, "type_param")?;
        let name = c.variant(value, "type_param")?;
        let kind = match name {
            "TypeVar" => TypeParamKind::TypeVar(Fields::read(c, value, name)?),
            "ParamSpec" => TypeParamKind::ParamSpec(Fields::read(c, value, name)?),
            _ => TypeParamKind::TypeVarTuple(Fields::read(c, value, name)?),
        };
        Ok(TypeParam { span, kind })
    }
}

/// A sum without fields.
macro_rules! plain {
    ($ty:ident $sum:literal $($name:ident)*) => {
        impl Field for $ty {
            fn to(self, c: &mut Conv<'_>) -> R {
                c.single(match self { $($ty::$name => stringify!($name),)* })
            }

            fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
                if value.is_none() {
                    return Err(place.required(c));
                }
                let name = c.variant(value, $sum)?;
                $(if name == stringify!($name) {
                    return Ok($ty::$name);
                })*
                Err(c.unexpected(value, $sum))
            }
        }
    };
}

plain!(BoolOperator "boolop" And Or);
plain!(Operator "operator" Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv);
plain!(UnaryOperator "unaryop" Invert Not UAdd USub);
plain!(CmpOperator "cmpop" Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn);

impl Field for ExprContext {
    fn to(self, c: &mut Conv<'_>) -> R {
        c.single(match self {
            ExprContext::Load => "Load",
            ExprContext::Store => "Store",
            ExprContext::Del => "Del",
        })
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        if value.is_none() {
            return Err(place.required(c));
        }
        Ok(match c.variant(value, "expr_context")? {
            "Store" => ExprContext::Store,
            "Del" => ExprContext::Del,
            _ => ExprContext::Load,
        })
    }

    fn absent(_: &mut Conv<'_>, _: Place) -> R<Self> {
        Ok(ExprContext::Load)
    }
}

/// The tree object of a module.
pub(super) fn module_to(c: &mut Conv<'_>, module: Mod) -> R {
    match module {
        Mod::Module(m) => c.node("Module", m, None),
        Mod::Interactive(m) => c.node("Interactive", m, None),
        Mod::Expression(m) => c.node("Expression", m, None),
        Mod::FunctionType(m) => c.node("FunctionType", m, None),
    }
}

/// The module of a tree object, which must fit the mode.
pub(super) fn module_from(c: &mut Conv<'_>, tree: &Value, mode: Mode) -> R<Mod> {
    let wanted = match mode {
        Mode::Exec => "Module",
        Mode::Eval => "Expression",
        Mode::Single => "Interactive",
        Mode::FuncType => "FunctionType",
    };
    if !c.classes.is(c.cx, tree, wanted) {
        let got = tree.ty(c.cx).name().into_owned();
        return Err(c.cx.type_error(format!("expected {wanted} node, got {got}")));
    }
    Ok(match mode {
        Mode::Exec => Mod::Module(Fields::read(c, tree, wanted)?),
        Mode::Eval => Mod::Expression(Fields::read(c, tree, wanted)?),
        Mode::Single => Mod::Interactive(Fields::read(c, tree, wanted)?),
        Mode::FuncType => Mod::FunctionType(Fields::read(c, tree, wanted)?),
    })
}
