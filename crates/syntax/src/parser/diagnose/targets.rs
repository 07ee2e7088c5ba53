//! Targets of assignments, loops and `del`, and what is wrong with those that are none.

use super::core::{Kind, Node, R, Raise, Recogniser, Rule, first_of, some, tok};
use crate::lexer::TokenKind as K;

/// What a target is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Assign,
    Delete,
    For,
}

impl Recogniser<'_> {
    /// The part of an expression that keeps it from being a target.
    pub fn invalid_target(&self, node: Node, of: Use) -> Option<Node> {
        match node.kind {
            Kind::List | Kind::Tuple => {
                self.children(node).into_iter().find_map(|child| self.invalid_target(child, of))
            }
            Kind::Starred if of == Use::Delete => Some(node),
            Kind::Starred => self.children(node).first().and_then(|&value| self.invalid_target(value, of)),
            Kind::Compare if of == Use::For => {
                if node.mark {
                    self.children(node).first().and_then(|&left| self.invalid_target(left, of))
                } else {
                    None
                }
            }
            Kind::Name | Kind::Subscript | Kind::Attribute => None,
            _ => Some(node),
        }
    }

    /// Raises if the node cannot be a target.
    pub fn check_target<T>(&self, node: Node, of: Use) -> R<T> {
        match self.invalid_target(node, of) {
            Some(wrong) => {
                let verb = if of == Use::Delete { "delete" } else { "assign to" };
                self.at_node(wrong, format!("cannot {verb} {}", wrong.kind.name()))
            }
            None => Ok(None),
        }
    }

    pub fn invalid_for_target(&mut self) -> R<()> {
        self.token(K::Async)?;
        tok!(self, For);
        let target = some!(self.star_expressions());
        self.check_target(target, Use::For)
    }

    pub fn star_targets(&mut self) -> R {
        let first = self.pos;
        let head = some!(self.star_target());
        if self.kind()? != K::Comma {
            return Ok(Some(head));
        }
        let mut items = vec![head];
        items.extend(self.any(|s| {
            tok!(s, Comma);
            s.star_target()
        })?);
        self.token(K::Comma)?;
        Ok(Some(self.parent(Kind::Tuple, first, &items)))
    }

    pub fn star_target(&mut self) -> R {
        self.memo(Rule::StarTarget, |s| {
            first_of!(
                s,
                |s| {
                    let first = s.pos;
                    tok!(s, Star);
                    if s.kind()? == K::Star {
                        return Ok(None);
                    }
                    let value = some!(s.star_target());
                    Ok(Some(s.parent(Kind::Starred, first, &[value])))
                },
                Self::target_with_star_atom
            )
        })
    }

    fn target_with_star_atom(&mut self) -> R {
        self.memo(Rule::TargetWithStarAtom, |s| first_of!(s, Self::attribute_or_subscript, Self::star_atom))
    }

    fn at_trailer(&mut self) -> Result<bool, Raise> {
        self.at(&[K::LeftParen, K::LeftBracket, K::Dot])
    }

    /// A primary that ends in an attribute or a subscript.
    pub fn attribute_or_subscript(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                some!(s.t_primary());
                tok!(s, Dot);
                tok!(s, Name);
                if s.at_trailer()? { Ok(None) } else { Ok(Some(s.node(Kind::Attribute, first))) }
            },
            |s| {
                let first = s.pos;
                some!(s.t_primary());
                tok!(s, LeftBracket);
                some!(s.slices());
                tok!(s, RightBracket);
                if s.at_trailer()? { Ok(None) } else { Ok(Some(s.node(Kind::Subscript, first))) }
            }
        )
    }

    /// A primary after which another trailer follows.
    fn t_primary(&mut self) -> R {
        self.memo(Rule::TPrimary, |s| {
            let first = s.pos;
            let mut node = some!(s.atom());
            if !s.at_trailer()? {
                return Ok(None);
            }
            loop {
                let next = s.attempt(|s| {
                    let next = some!(s.trailer(first));
                    if s.at_trailer()? { Ok(Some(next)) } else { Ok(None) }
                })?;
                match next {
                    Some(next) => node = next,
                    None => return Ok(Some(node)),
                }
            }
        })
    }

    fn star_atom(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, Name);
                Ok(Some(s.node(Kind::Name, first)))
            },
            |s| {
                tok!(s, LeftParen);
                let inner = some!(s.target_with_star_atom());
                tok!(s, RightParen);
                Ok(Some(inner))
            },
            |s| {
                let first = s.pos;
                tok!(s, LeftParen);
                s.attempt(|s| {
                    some!(s.star_target());
                    tok!(s, Comma);
                    if s.attempt(|s| s.separated(Self::star_target))?.is_some() {
                        s.token(K::Comma)?;
                    }
                    Ok(Some(()))
                })?;
                tok!(s, RightParen);
                Ok(Some(s.node(Kind::Tuple, first)))
            },
            |s| {
                let first = s.pos;
                tok!(s, LeftBracket);
                if s.attempt(|s| s.separated(Self::star_target))?.is_some() {
                    s.token(K::Comma)?;
                }
                tok!(s, RightBracket);
                Ok(Some(s.node(Kind::List, first)))
            }
        )
    }

    pub fn single_target(&mut self) -> R {
        first_of!(
            self,
            Self::attribute_or_subscript,
            |s| {
                let first = s.pos;
                tok!(s, Name);
                Ok(Some(s.node(Kind::Name, first)))
            },
            |s| {
                tok!(s, LeftParen);
                let inner = some!(s.single_target());
                tok!(s, RightParen);
                Ok(Some(inner))
            }
        )
    }

    pub fn delete_targets(&mut self) -> R<()> {
        some!(self.separated(Self::delete_target));
        self.token(K::Comma)?;
        Ok(Some(()))
    }

    fn delete_target(&mut self) -> R {
        self.memo(Rule::DeleteTarget, |s| first_of!(s, Self::attribute_or_subscript, Self::delete_atom))
    }

    fn delete_atom(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, Name);
                Ok(Some(s.node(Kind::Name, first)))
            },
            |s| {
                tok!(s, LeftParen);
                let inner = some!(s.delete_target());
                tok!(s, RightParen);
                Ok(Some(inner))
            },
            |s| {
                let first = s.pos;
                tok!(s, LeftParen);
                s.attempt(Self::delete_targets)?;
                tok!(s, RightParen);
                Ok(Some(s.node(Kind::Tuple, first)))
            },
            |s| {
                let first = s.pos;
                tok!(s, LeftBracket);
                s.attempt(Self::delete_targets)?;
                tok!(s, RightBracket);
                Ok(Some(s.node(Kind::List, first)))
            }
        )
    }
}
