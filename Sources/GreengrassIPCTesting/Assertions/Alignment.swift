// SPDX-License-Identifier: Apache-2.0

/// Which elements of two arrays belong together.
enum Alignment {
    /// Of both arrays an element is named by its index.
    enum Step: Hashable {
        /// They are the same, or one stands where the other was expected.
        case pair(Int, Int)
        case removed(Int)
        case inserted(Int)
    }

    /// Beyond this the effort is not worth it: elements are compared by their place.
    private static let longest = 500

    static func steps<Element: Equatable>(from expected: [Element], to actual: [Element]) -> [Step] {
        var removals: Set<Int> = []
        var insertions: Set<Int> = []
        if expected.count <= longest, actual.count <= longest {
            for change in actual.difference(from: expected) {
                switch change {
                case .remove(let offset, _, _): removals.insert(offset)
                case .insert(let offset, _, _): insertions.insert(offset)
                }
            }
        } else {
            let common = min(expected.count, actual.count)
            removals = Set(common..<expected.count)
            insertions = Set(common..<actual.count)
        }
        var steps: [Step] = []
        var (was, is_) = (0, 0)
        while was < expected.count || is_ < actual.count {
            switch (removals.contains(was), insertions.contains(is_)) {
            case (true, false):
                steps.append(.removed(was))
                was += 1
            case (false, true):
                steps.append(.inserted(is_))
                is_ += 1
            case (true, true), (false, false):
                steps.append(.pair(was, is_))
                was += 1
                is_ += 1
            }
        }
        return steps
    }
}
