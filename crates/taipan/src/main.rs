//! The command `taipan`.

fn main() {
    taipan::command::main()
}
