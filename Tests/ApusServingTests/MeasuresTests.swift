import Testing

@testable import ApusServing

@Suite("Histograms and their text")
struct MeasuresTests {
    @Test func bucketsOfTimes() {
        var histogram = Histogram()
        for time: UInt64 in [0, 2_000, 2_001, 4_000, 4_001, 1 << 62] { histogram.add(time) }
        #expect(histogram.buckets[0] == 2)
        #expect(histogram.buckets[1] == 2)
        #expect(histogram.buckets[2] == 1)
        #expect(histogram.buckets[Histogram.bucketCount - 1] == 1)
        #expect(Histogram.bound(1) == 4_000)
        #expect(Histogram.bound(Histogram.bucketCount - 1) == nil)
    }

    @Test func prometheusText() {
        var histogram = Histogram()
        histogram.add(3_000)
        var text = PrometheusText()
        text.begin("t", "histogram", "Times.")
        text.histogram("t", "model=\"a\"", histogram)
        let lines = text.text.split(separator: "\n")
        #expect(lines[0] == "# HELP t Times.")
        #expect(lines[1] == "# TYPE t histogram")
        #expect(lines[2] == "t_bucket{model=\"a\",le=\"2e-06\"} 0")
        #expect(lines[3] == "t_bucket{model=\"a\",le=\"4e-06\"} 1")
        #expect(
            lines.suffix(3) == [
                "t_bucket{model=\"a\",le=\"+Inf\"} 1", "t_sum{model=\"a\"} 3e-06", "t_count{model=\"a\"} 1",
            ])
    }
}
