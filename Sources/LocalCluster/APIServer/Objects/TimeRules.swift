import JSON
import Kubernetes

/// Leases hold times with exactly six fractional digits, and positive durations.
struct LeaseRules: KindRules {
    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status) {
        for field in ["acquireTime", "renewTime"] {
            try MicroTimeShape.check(object["spec"]?[field], kind: kind)
        }
    }

    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause] {
        var problems: [StatusCause] = []
        if let seconds = object["spec"]?["leaseDurationSeconds"]?.int64Value, seconds <= 0 {
            problems.append(
                .invalid("spec.leaseDurationSeconds", .number(JSONNumber(seconds)), "must be greater than 0")
            )
        }
        if let transitions = object["spec"]?["leaseTransitions"]?.int64Value, transitions < 0 {
            problems.append(
                .invalid(
                    "spec.leaseTransitions",
                    .number(JSONNumber(transitions)),
                    "must be greater than or equal to 0"
                )
            )
        }
        return problems
    }
}

/// Events in their new form say who reports what.
struct EventRules: KindRules {
    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status) {
        try MicroTimeShape.check(object["eventTime"], kind: kind)
        try MicroTimeShape.check(object["series"]?["lastObservedTime"], kind: kind)
    }

    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause] {
        guard old == nil else { return [] }
        var problems: [StatusCause] = []
        func demand(_ field: String) {
            if (object[field]?.stringValue ?? "").isEmpty { problems.append(.required(field)) }
        }
        if object["eventTime"]?.stringValue == nil { problems.append(.required("eventTime")) }
        demand("reportingController")
        demand("reportingInstance")
        demand("action")
        demand("reason")
        if let type = object["type"], let text = type.stringValue, !["Normal", "Warning"].contains(text) {
            problems.append(.invalid("type", type, ""))
        }
        if let note = object["note"]?.stringValue, note.utf8.count > 1024 {
            problems.append(.invalid("note", nil, "can have at most 1024 characters"))
        }
        let about = object["regarding"]?["namespace"]?.stringValue ?? ""
        let place = object["metadata"]?["namespace"]?.stringValue ?? ""
        if about != place, !(about.isEmpty && place == "default") {
            problems.append(
                .invalid("involvedObject.namespace", .string(about), "does not match event.namespace")
            )
        }
        return problems
    }
}

/// RFC 3339 with exactly six fractional digits, as Go parses `2006-01-02T15:04:05.000000Z07:00`.
enum MicroTimeShape {
    private static let layout = "2006-01-02T15:04:05.000000Z07:00"

    static func check(_ value: JSONValue?, kind: ServedKind) throws(Status) {
        guard let value, !value.isNull else { return }
        guard let text = value.stringValue else {
            throw .undecodable(kind, "json: cannot unmarshal into Go value of type string")
        }
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.prefix(19).enumerated().allSatisfy({ isInPlace($1, at: $0) }) else {
            throw fault(text, left: text, wanted: "2006", kind)
        }
        let rest = bytes.dropFirst(19)
        guard rest.first == UInt8(ascii: "."), rest.dropFirst().prefix(6).count == 6,
            rest.dropFirst().prefix(6).allSatisfy(isDigit)
        else {
            throw fault(text, left: String(decoding: rest, as: UTF8.self), wanted: ".000000", kind)
        }
        let zone = Array(rest.dropFirst(7))
        guard zone == [UInt8(ascii: "Z")] || isOffset(zone) else {
            throw fault(text, left: String(decoding: zone, as: UTF8.self), wanted: "Z07:00", kind)
        }
    }

    private static func fault(_ text: String, left: String, wanted: String, _ kind: ServedKind) -> Status {
        .undecodable(
            kind,
            "parsing time \(Quoted(text)) as \(Quoted(layout)): cannot parse \(Quoted(left)) as \(Quoted(wanted))"
        )
    }

    private static func isInPlace(_ byte: UInt8, at index: Int) -> Bool {
        switch index {
        case 4, 7: byte == UInt8(ascii: "-")
        case 10: byte == UInt8(ascii: "T")
        case 13, 16: byte == UInt8(ascii: ":")
        default: isDigit(byte)
        }
    }

    private static func isOffset(_ zone: [UInt8]) -> Bool {
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":")
        else { return false }
        return [zone[1], zone[2], zone[4], zone[5]].allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9")
    }
}
