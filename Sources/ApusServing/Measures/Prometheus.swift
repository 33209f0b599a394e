/// The counts as Prometheus reads them: its text format, version 0.0.4.
package struct PrometheusText {
    package private(set) var text = ""

    package init() {}

    /// A name with its help and kind, before its values.
    package mutating func begin(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    /// - Parameter labels: with values that have no quotes, backslashes or line ends, as names and versions of models have none.
    package mutating func value(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    package mutating func histogram(_ name: String, _ labels: String, _ histogram: Histogram) {
        var count: UInt64 = 0
        for (bucket, times) in histogram.buckets.enumerated() {
            count += times
            let bound = Histogram.bound(bucket).map { seconds($0) } ?? "+Inf"
            value("\(name)_bucket", "\(labels),le=\"\(bound)\"", "\(count)")
        }
        value("\(name)_sum", labels, seconds(histogram.nanoseconds))
        value("\(name)_count", labels, "\(count)")
    }

    private func seconds(_ nanoseconds: UInt64) -> String { "\(Double(nanoseconds) / 1e9)" }

    /// What is counted of models.
    package mutating func write(_ models: [ServedModel]) {
        let rows = models.map { model in
            (labels: "model=\"\(model.signature.name)\",version=\"\(model.signature.version)\"", counts: model.counts)
        }
        begin("apus_requests_total", "counter", "Infer requests by what became of them.")
        for row in rows {
            value("apus_requests_total", row.labels + ",result=\"success\"", "\(row.counts.success.count)")
            value("apus_requests_total", row.labels + ",result=\"failure\"", "\(row.counts.failure.count)")
            value("apus_requests_total", row.labels + ",result=\"refused\"", "\(row.counts.refused)")
        }
        begin("apus_samples_total", "counter", "Samples that were answered.")
        for row in rows { value("apus_samples_total", row.labels, "\(row.counts.inferences)") }
        begin("apus_runs_total", "counter", "Runs of a plan, each for a batch.")
        for row in rows { value("apus_runs_total", row.labels, "\(row.counts.executions)") }
        let histograms: [(String, String, KeyPath<InferenceCounts, Histogram>)] = [
            ("apus_queue_seconds", "How long requests waited for their batch.", \.queueTimes),
            ("apus_compute_seconds", "How long runs of a plan took.", \.computeTimes),
            ("apus_request_seconds", "From the last byte of a request to its answer.", \.requestTimes),
        ]
        for (name, help, path) in histograms {
            begin(name, "histogram", help)
            for row in rows { histogram(name, row.labels, row.counts[keyPath: path]) }
        }
    }
}
