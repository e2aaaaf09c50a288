//! Exports of mobile device management and inventory systems: one artifact,
//! many devices.

pub mod apple;
