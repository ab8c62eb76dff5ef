//! Maps and sets whose copies share what they have in common: the parts of a state that grow with a procedure.
//!
//! A message is judged by the state that its author had seen, and messages that know nothing of each other make many such
//! states. A copy of these costs the same however many messages there were; a change costs the logarithm.
//!
//! The one room of `rpds`. Iteration is in the order of the keys, as everywhere here.

use core::borrow::Borrow;
use core::fmt;

use rpds::RedBlackTreeMapSync;

/// A map that is copied at no cost. Order: by key.
pub struct SharedMap<K: Ord, V>(RedBlackTreeMapSync<K, V>);

/// A set that is copied at no cost. Order: ascending.
pub struct SharedSet<T: Ord>(SharedMap<T, ()>);

impl<K: Ord, V> SharedMap<K, V> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(RedBlackTreeMapSync::new_sync())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.size()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands at a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// Whether something stands at a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Puts something at a key, in the place of what stood there.
    pub fn insert(&mut self, key: K, value: V) {
        self.0.insert_mut(key, value);
    }

    /// Takes away what stands at a key.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.0.remove_mut(key);
    }

    /// The entries, by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter()
    }

    /// The entries below a key, from the last one on.
    pub fn before<'m>(&'m self, key: &'m K) -> impl Iterator<Item = (&'m K, &'m V)> {
        self.0.range(..key).rev()
    }

    /// The keys, ascending.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// What stands at the keys, by key.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values()
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    /// What stands at a key, to be changed here and in no copy.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }
}

impl<T: Ord> SharedSet<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(SharedMap::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, one: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(one)
    }

    /// Puts one in.
    pub fn insert(&mut self, one: T) {
        self.0.insert(one, ());
    }

    /// Takes one away.
    pub fn remove<Q: Ord + ?Sized>(&mut self, one: &Q)
    where
        T: Borrow<Q>,
    {
        self.0.remove(one);
    }

    /// All, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.keys()
    }
}

// Derived, these would ask for copies of keys and values, which is what is spared here.
impl<K: Ord, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Ord> Clone for SharedSet<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Ord, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Ord> Default for SharedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Ord, V: Eq> Eq for SharedMap<K, V> {}

impl<T: Ord> PartialEq for SharedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Ord> Eq for SharedSet<T> {}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for SharedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T: Ord + fmt::Debug> fmt::Debug for SharedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        entries.into_iter().for_each(|(key, value)| map.insert(key, value));
        map
    }
}

impl<T: Ord> FromIterator<T> for SharedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut set = Self::new();
        all.into_iter().for_each(|one| set.insert(one));
        set
    }
}
