/// This repository on disk.
enum Repository {
    /// Its folder, without a slash at the end.
    static let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
}
