//! Who may be connected: so many clients in all, and so many from one network.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::rates::Network;

/// Open connections by network. As large as there are connections at most.
#[derive(Debug)]
pub(super) struct Places {
    per_network: usize,
    taken: Mutex<HashMap<Network, usize>>,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    network: Network,
}

impl Places {
    pub(super) fn new(per_network: usize) -> Arc<Self> {
        Arc::new(Self { per_network, taken: Mutex::default() })
    }

    pub(super) fn take(self: &Arc<Self>, network: Network) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network).or_default();
        if *count >= self.per_network && network != Network::ThisMachine {
            return None;
        }
        *count += 1;
        Some(Place { places: Arc::clone(self), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_share_and_leaves_no_trace() {
        let places = Places::new(1);
        let (here, there) = (Network::V4([1; 4]), Network::V4([2; 4]));
        let place = places.take(here);
        assert!(place.is_some() && places.take(here).is_none() && places.take(there).is_some());
        drop(place);
        assert!(places.taken.lock().unwrap().is_empty());
    }
}
