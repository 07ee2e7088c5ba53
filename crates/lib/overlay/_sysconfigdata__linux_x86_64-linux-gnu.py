"""The name under which `sysconfig` looks for the build's values."""

from _taipan_sysconfig import build_time_vars as build_time_vars
