/// When a watch has something to say although nothing happened.
struct WatchSchedule: Sendable {
    /// How often a bookmark tells where the watch stands.
    static let bookmarkInterval: Duration = .seconds(60)
    /// How long before the end a last bookmark is sent, so that the next watch begins close by.
    static let farewell: Duration = .seconds(2)
    /// How long a watch lasts that does not say, at least; as much again is added at random, so that watches that
    /// began together do not end together.
    static let minimumTimeout: Duration = .seconds(1800)

    /// When the watch ends, counted from its beginning.
    let end: Duration
    let hasBookmarks: Bool

    /// How many bookmarks are due by a moment.
    func bookmarks(by moment: Duration) -> Int {
        guard hasBookmarks else { return 0 }
        let regular = Int(clamping: Int64(moment / Self.bookmarkInterval))
        return regular + (end > Self.farewell && moment >= end - Self.farewell ? 1 : 0)
    }

    /// The next moment at which there is something to do; `nil` after the end.
    func next(after moment: Duration) -> Duration? {
        guard moment < end else { return nil }
        var candidates = [end]
        if hasBookmarks {
            candidates.append(Self.bookmarkInterval * (Int(clamping: Int64(moment / Self.bookmarkInterval)) + 1))
            if end > Self.farewell { candidates.append(end - Self.farewell) }
        }
        return candidates.filter { $0 > moment }.min()
    }
}
