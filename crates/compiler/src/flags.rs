//! Compiler flags and `from __future__` features: the bits of `compile()`'s `flags`.

/// `PyCF_*` and `CO_FUTURE_*` bits as users pass them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CompilerFlags(pub u32);

impl CompilerFlags {
    pub const FUTURE_DIVISION: u32 = 0x2_0000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x4_0000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x8_0000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x10_0000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x20_0000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x80_0000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    /// The features that code objects remember and that nested `compile()` calls inherit.
    pub const FUTURE_MASK: u32 = 0x1FE_0000;
    pub const DONT_IMPLY_DEDENT: u32 = 0x200;
    pub const ONLY_AST: u32 = 0x400;
    pub const TYPE_COMMENTS: u32 = 0x1000;
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
    pub const OPTIMIZED_AST: u32 = 0x8000 | Self::ONLY_AST;

    pub const fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    pub const fn future_annotations(self) -> bool {
        self.has(Self::FUTURE_ANNOTATIONS)
    }

    pub const fn allow_top_level_await(self) -> bool {
        self.has(Self::ALLOW_TOP_LEVEL_AWAIT)
    }

    /// What goes into `co_flags`.
    pub const fn co_flags(self) -> u32 {
        self.0 & Self::FUTURE_MASK
    }
}
