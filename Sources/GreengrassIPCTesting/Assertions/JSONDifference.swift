// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// How a JSON value departs from what was expected, by meaning: the order of members counts for nothing, nor does
/// whether a whole number is written with a decimal point.
///
/// ```
///   {
/// -   "state": "open",
/// +   "state": "shut",
///     "topic": "door"
///   }
/// ```
///
/// The description has a line for each line of the value: `-` before what was expected, `+` before what there is, and
/// nothing before what is as expected, of which long parts are shortened. Values whose names say that they are secret
/// (`token`, `password`, …) are never in it.
public struct JSONDifference: Sendable, Hashable, CustomStringConvertible {
    /// The lines; none if nothing differs.
    public let lines: [String]

    /// Compares two values.
    public init(expected: JSONValue, actual: JSONValue) {
        self.init(expected: expected, actual: actual, hiding: Concealment())
    }

    init(expected: JSONValue, actual: JSONValue, hiding concealment: Concealment) {
        guard expected != actual else {
            lines = []
            return
        }
        var comparison = JSONComparison(concealment: concealment)
        comparison.compare(expected, actual)
        lines = comparison.lines
    }

    /// Whether there is no difference.
    public var isEmpty: Bool { lines.isEmpty }

    /// The lines, one below the other.
    public var description: String { lines.joined(separator: "\n") }
}

/// Walks through two values at once and writes the lines.
private struct JSONComparison {
    let concealment: Concealment
    var lines: [String] = []

    private enum Side: String { case both = " ", expected = "-", actual = "+" }

    /// Where a value stands: below which name, how deep, and whether something follows.
    private struct Place {
        var name: String?
        var depth = 0
        var isLast = true
    }

    init(concealment: Concealment) { self.concealment = concealment }

    mutating func compare(_ expected: JSONValue, _ actual: JSONValue) { compare(expected, actual, Place()) }

    private mutating func compare(_ expected: JSONValue, _ actual: JSONValue, _ place: Place) {
        if expected == actual { return write(.both, Self.brief(expected, place.name, concealment), place) }
        let isHidden =
            concealment.replacement(of: expected, called: place.name) != nil
            || concealment.replacement(of: actual, called: place.name) != nil
        switch (expected, actual) {
        case (.object(let expected), .object(let actual)) where !isHidden: compareMembers(expected, actual, place)
        case (.array(let expected), .array(let actual)) where !isHidden: compareElements(expected, actual, place)
        case (.string(let expected), .string(let actual)) where !isHidden:
            let (was, is_) = TextWindow.around(expected, actual)
            write(.expected, was, place)
            write(.actual, is_, place)
        default:
            show(expected, .expected, place)
            show(actual, .actual, place)
        }
    }

    private mutating func compareMembers(
        _ expected: [String: JSONValue],
        _ actual: [String: JSONValue],
        _ place: Place
    ) {
        write(.both, "{", place, isOpening: true)
        let names = Set(expected.keys).union(actual.keys).sorted()
        for (index, name) in names.enumerated() {
            let member = Place(name: name, depth: place.depth + 1, isLast: index == names.count - 1)
            switch (expected[name], actual[name]) {
            case (let was?, let is_?): compare(was, is_, member)
            case (let was?, nil): show(was, .expected, member)
            case (nil, let is_?): show(is_, .actual, member)
            case (nil, nil): break
            }
        }
        close("}", .both, place)
    }

    private mutating func compareElements(_ expected: [JSONValue], _ actual: [JSONValue], _ place: Place) {
        write(.both, "[", place, isOpening: true)
        let steps = Alignment.steps(from: expected, to: actual)
        for (index, step) in steps.enumerated() {
            let element = Place(depth: place.depth + 1, isLast: index == steps.count - 1)
            switch step {
            case .pair(let was, let is_): compare(expected[was], actual[is_], element)
            case .removed(let was): show(expected[was], .expected, element)
            case .inserted(let is_): show(actual[is_], .actual, element)
            }
        }
        close("]", .both, place)
    }

    /// Writes a value in full.
    private mutating func show(_ value: JSONValue, _ side: Side, _ place: Place) {
        if let replacement = concealment.replacement(of: value, called: place.name) {
            return write(side, replacement, place)
        }
        switch value {
        case .object(let members) where !members.isEmpty:
            write(side, "{", place, isOpening: true)
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                let isLast = index == members.count - 1
                show(member.value, side, Place(name: member.key, depth: place.depth + 1, isLast: isLast))
            }
            close("}", side, place)
        case .array(let elements) where !elements.isEmpty:
            write(side, "[", place, isOpening: true)
            for (index, element) in elements.enumerated() {
                show(element, side, Place(depth: place.depth + 1, isLast: index == elements.count - 1))
            }
            close("]", side, place)
        case .string(let text): write(side, TextWindow.beginning(text), place)
        default: write(side, Self.spelling(value), place)
        }
    }

    private mutating func write(_ side: Side, _ text: String, _ place: Place, isOpening: Bool = false) {
        let name = place.name.map { Self.spelling(.string($0)) + ": " } ?? ""
        line(side, place.depth, name + text + (isOpening || place.isLast ? "" : ","))
    }

    private mutating func close(_ bracket: String, _ side: Side, _ place: Place) {
        line(side, place.depth, bracket + (place.isLast ? "" : ","))
    }

    private mutating func line(_ side: Side, _ depth: Int, _ text: String) {
        lines.append(side.rawValue + " " + String(repeating: "  ", count: depth) + text)
    }

    /// A value that is as expected, in a line.
    private static func brief(_ value: JSONValue, _ name: String?, _ concealment: Concealment) -> String {
        if let replacement = concealment.replacement(of: value, called: name) { return replacement }
        switch value {
        case .object(let members): return members.isEmpty ? "{}" : "{…}"
        case .array(let elements): return elements.isEmpty ? "[]" : "[…]"
        case .string(let text): return TextWindow.beginning(text)
        default: return spelling(value)
        }
    }

    static func spelling(_ value: JSONValue) -> String {
        (try? value.jsonText()) ?? "a number that JSON cannot express"
    }
}
