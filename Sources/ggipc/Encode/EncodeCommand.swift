// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import EventStream
import GreengrassIPCTesting

/// `ggipc encode`.
struct EncodeCommand {
    private enum Form {
        case bytes, hex, recording
    }

    private let path: String
    private let form: Form

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = arguments.operands.first ?? "-"
        if arguments.has("--hex"), arguments.has("--ndjson") {
            throw UsageError("--hex and --ndjson exclude each other")
        }
        form = arguments.has("--hex") ? .hex : arguments.has("--ndjson") ? .recording : .bytes
    }

    func run() throws -> Int32 {
        let text = try Files.read(path, limit: 1 << 30)
        var output: [UInt8] = []
        var number = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy({ $0 <= 0x20 }) { continue }
            do throws(FrameJSON.Fault) {
                output += try bytes(try FrameJSON.item(line))
            } catch {
                CurrentProcess.write(output, to: 1)
                throw CommandFailure("\(path == "-" ? "standard input" : path): line \(number): \(error.message)")
            }
        }
        CurrentProcess.write(output, to: 1)
        return 0
    }

    private func bytes(_ item: Capture.Item) throws(FrameJSON.Fault) -> [UInt8] {
        let content: RecordedSession.Content
        var bytes: [UInt8] = []
        switch item.content {
        case .message(let message):
            bytes = message.encoded()
            content = .message(bytes)
        case .partial(let piece):
            bytes = piece
            content = .partial(piece)
        case .endOfFile: content = .endOfFile
        case .omitted(let count):
            guard form == .recording else {
                throw FrameJSON.Fault(message: "a message of \(count) bytes was left out of the recording")
            }
            content = .omitted(count)
        }
        switch form {
        case .bytes: return bytes
        case .hex: return bytes.isEmpty ? [] : Array((Hex.encode(bytes) + "\n").utf8)
        case .recording:
            guard let sender = item.sender else { throw FrameJSON.Fault(message: "from: expected client or server") }
            let entry = RecordedSession.Entry(
                milliseconds: item.milliseconds ?? 0,
                connection: item.connection ?? 1,
                sender: sender,
                content: content
            )
            return entry.ndjson
        }
    }
}
