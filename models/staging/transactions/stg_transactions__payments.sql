-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_transactions__combined_transaction_data') }}
    where {{ row_is_wanted() }}
),

-- one row: which of day and month stands first where the year does not
orders as (
    select
        {{ date_orders('raw."Date"') }} as transaction_date,
    from {{ ref('raw_transactions__combined_transaction_data') }} as raw
    where regexp_matches(raw."Date", '^[0-9]{1,2}[/.-]')
),

typed as (
    select
        {{ text_from_export('raw.transaction_id') }} as transaction_id,
        {{ text_but_nothing_from_export(
            "regexp_replace(raw.stripe_customer_id, '^[\\s\\p{Z}]+|[\\s\\p{Z}]+$', '', 'g')"
        ) }} as stripe_customer_id,
        {{ text_from_export('raw."Description"') }} as description,
        {{ text_from_export('raw."Name"') }} as buyer_name,
        lower({{ text_but_nothing_from_export('raw.receipt_email') }}) as receipt_email,
        lower({{ text_but_nothing_from_export('raw.billing_email') }}) as billing_email,
        {{ text_from_export('raw."Data Source"') }} as data_source,
        {{ text_from_export('raw.revenue_category') }} as revenue_category,
        {{ text_from_export('raw.sub_category') }} as sub_category,
        {{ text_but_nothing_from_export('raw.status') }} as status,
        {{ text_but_nothing_from_export('raw.payment_intent_status') }} as payment_intent_status,
        {{ money_from_export('raw."Total Amount"') }} as total_amount,
        {{ money_from_export('raw.base_price_amount') }} as base_price_amount,
        {{ integer_from_export('raw."Day Pass Count"') }} as day_pass_count,
        {{ integer_from_export('raw.quantity') }} as quantity,
        {{ integer_from_export('raw.payer_customer_id') }} as payer_customer_id,
        {{ integer_from_export('raw.equal_line') }} as equal_line,
        {{ date_from_export('raw."Date"', 'orders.transaction_date') }} as transaction_date,
        raw.transaction_id as transaction_id_text,
        {{ given_values('transactions/combined_transaction_data', 'raw') }} as given,
        raw.source_written_at,
        raw.source_file,
        raw.source_line,
        raw.source_line_count,
        raw.erased_for,
        coalesce(raw.is_erased, false) as is_erased,
        raw.record_text,
        raw.record_hash,
        raw.reject_reason as unreadable_reason,
    from raw
    cross join orders
),

judged as (
    select
        * exclude (
            record_text,
            transaction_id_text,
            unreadable_reason,
            source_written_at,
            given
        )
        replace ({{ possible_day('transaction_date', 'past') }} as transaction_date),
        {{ first_reject_reason([
            missing_value('transaction_id'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        -- one sale has several lines under one id; product, payer and amount identify a line, and
        -- everything else on it may be corrected; of equal lines a dialect may tell which it is
        hash(description, buyer_name, receipt_email, billing_email, total_amount) as line_hash,
        {{ unreadable_values('transactions/combined_transaction_data') }} as unreadable_values,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome(
            'transaction_id, line_hash, equal_line', later=is_after_as_of('transaction_date')
        ) }} as row_outcome,
    from judged
),

numbered as (
    select
        *,
        case
            when row_outcome != 'kept' then null
            when count(*) over (partition by transaction_id, row_outcome) = 1 then transaction_id
            else
                transaction_id || '#' || row_number() over (
                    partition by transaction_id, row_outcome
                    order by buyer_name, total_amount desc, line_hash, equal_line nulls first
                )
        end as payment_line_id,
    from labelled
)

select * exclude (line_hash, equal_line) from numbered
