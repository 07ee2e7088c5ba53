//! The users' and groups' data bases.

use crate::Result;

/// An entry of the users' data base (`pwd.struct_passwd`).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct User {
    /// Login name.
    pub name: Vec<u8>,
    /// Password, as a rule `x`.
    pub password: Vec<u8>,
    /// User number.
    pub user: u32,
    /// Group number.
    pub group: u32,
    /// Full name.
    pub description: Vec<u8>,
    /// Home directory.
    pub home: Vec<u8>,
    /// Shell.
    pub shell: Vec<u8>,
}

/// An entry of the groups' data base (`grp.struct_group`).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Group {
    /// Name.
    pub name: Vec<u8>,
    /// Password.
    pub password: Vec<u8>,
    /// Group number.
    pub group: u32,
    /// Members' names.
    pub members: Vec<Vec<u8>>,
}

crate::recorded::subject! {
/// Users and groups. `Ok(None)` is "no such entry", and also what a look-up without the permission finds: every program's
/// start looks its user up, as it reads variables.
pub trait Users {
    /// A user by name.
    fn user_by_name(&self, name: &[u8]) -> Result<Option<User>>;
    /// A user by number.
    fn user_by_number(&self, user: u32) -> Result<Option<User>>;
    /// All users.
    fn all_users(&self) -> Result<Vec<User>>;
    /// A group by name.
    fn group_by_name(&self, name: &[u8]) -> Result<Option<Group>>;
    /// A group by number.
    fn group_by_number(&self, group: u32) -> Result<Option<Group>>;
    /// All groups.
    fn all_groups(&self) -> Result<Vec<Group>>;
    /// The groups of a user.
    fn groups_of_user(&self, name: &[u8], group: u32) -> Result<Vec<u32>>;
    /// The name under which the user logged in.
    fn login_name(&self) -> Result<Vec<u8>>;
}
}
