//! Storage that fails, under real processes: nothing acknowledged is lost, and what is not whole is said to be so.

mod damage;
mod inject;
mod rounds;
mod sweep;
