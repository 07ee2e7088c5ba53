//! The policy of `--sandbox`: nothing is allowed but what was granted.
//!
//! A grant covers everything of its permission, or what it lists: folders and files (with all below them) for reading and
//! writing, `host` or `host:port` for the network, names of variables, programs. Paths come here absolute and with their
//! symbolic links resolved (see [`Policy::wants_real_paths`]), so `..` and links do not lead out. Another process that
//! swaps a folder for a link between the question and the call can: that is for the kernel's own means to prevent.

use crate::files::CURRENT_DIRECTORY;
use crate::system::real_path;
use crate::{Permission, Policy};
use std::collections::HashMap;

/// What one permission covers.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Scope {
    All,
    Only(Vec<Vec<u8>>),
}

/// A policy that denies what was not granted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sandbox {
    grants: HashMap<Permission, Scope>,
}

impl Sandbox {
    /// Grants a permission: all of it, or for the listed subjects, of which paths are made real here. Grants add up.
    pub fn grant(&mut self, permission: Permission, subjects: Option<Vec<Vec<u8>>>) {
        let scope = self.grants.entry(permission).or_insert_with(|| Scope::Only(Vec::new()));
        match (scope, subjects) {
            (scope, None) => *scope = Scope::All,
            (Scope::All, _) => {}
            (Scope::Only(list), Some(subjects)) => {
                let paths = matches!(permission, Permission::Read | Permission::Write);
                let subjects = subjects.into_iter().filter(|subject| !subject.is_empty());
                list.extend(
                    subjects.map(
                        |subject| {
                            if paths { real_path(&subject, CURRENT_DIRECTORY) } else { subject }
                        },
                    ),
                );
            }
        }
    }
}

impl Policy for Sandbox {
    fn allows(&self, permission: Permission, subject: &[u8]) -> bool {
        match self.grants.get(&permission) {
            None => false,
            Some(Scope::All) => true,
            Some(Scope::Only(list)) => list.iter().any(|granted| covers(permission, granted, subject)),
        }
    }

    fn wants_real_paths(&self) -> bool {
        true
    }
}

fn covers(permission: Permission, granted: &[u8], subject: &[u8]) -> bool {
    match permission {
        Permission::Read | Permission::Write => below(granted, subject),
        // Making a socket has no subject yet; connecting and binding have.
        Permission::Net => {
            let host = subject.rsplitn(2, |&byte| byte == b':').last().unwrap_or_default();
            subject.is_empty() || granted == subject || granted == host
        }
        _ => granted == subject,
    }
}

/// Whether a path is the granted one or lies below it.
fn below(granted: &[u8], path: &[u8]) -> bool {
    let granted = granted.strip_suffix(b"/").unwrap_or(granted);
    path.strip_prefix(granted).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_granted_is_allowed() {
        let mut sandbox = Sandbox::default();
        assert!(!sandbox.allows(Permission::Read, b"/etc/passwd"));
        sandbox.grant(Permission::Read, Some(vec![b"/srv/data/".to_vec(), Vec::new()]));
        sandbox.grant(Permission::Net, Some(vec![b"127.0.0.1".to_vec(), b"10.0.0.1:80".to_vec()]));
        sandbox.grant(Permission::Env, None);
        assert!(
            sandbox.allows(Permission::Read, b"/srv/data")
                && sandbox.allows(Permission::Read, b"/srv/data/x")
        );
        assert!(
            !sandbox.allows(Permission::Read, b"/srv/database") && !sandbox.allows(Permission::Read, b"")
        );
        assert!(!sandbox.allows(Permission::Write, b"/srv/data/x"));
        assert!(
            sandbox.allows(Permission::Net, b"127.0.0.1:9")
                && sandbox.allows(Permission::Net, b"10.0.0.1:80")
        );
        assert!(!sandbox.allows(Permission::Net, b"10.0.0.1:81") && sandbox.allows(Permission::Env, b"HOME"));
    }
}
