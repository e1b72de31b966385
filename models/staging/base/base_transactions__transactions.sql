-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_transactions__transactions') }}
    where {{ file_is_readable() }}
),

typed as (
    select
        {{ text_from_export('raw.transaction_id') }} as transaction_id,
        {{ text_from_export('raw.stripe_customer_id') }} as stripe_customer_id,
        {{ name_from_export('raw."Description"') }} as description,
        {{ text_from_export('raw."Name"') }} as buyer_name,
        lower({{ text_from_export('raw.receipt_email') }}) as receipt_email,
        lower({{ text_from_export('raw.billing_email') }}) as billing_email,
        {{ text_from_export('raw."Data Source"') }} as data_source,
        {{ text_from_export('raw.revenue_category') }} as revenue_category,
        {{ text_from_export('raw.sub_category') }} as sub_category,
        {{ text_from_export('raw.status') }} as status,
        {{ text_from_export('raw.payment_intent_status') }} as payment_intent_status,
        {{ decimal_from_export('raw."Total Amount"') }} as total_amount,
        {{ decimal_from_export('raw.base_price_amount') }} as base_price_amount,
        {{ integer_from_export('raw."Day Pass Count"') }} as day_pass_count,
        {{ integer_from_export('raw.quantity') }} as quantity,
        {{ date_from_export('raw."Date"') }} as transaction_date,
        raw.transaction_id as transaction_id_text,
        {{ is_erased_payer(
            'raw."Name"', ['lower(raw.receipt_email)', 'lower(raw.billing_email)']
        ) }} as is_erased,
        raw.source_file,
        raw.source_line,
        raw.source_line_count,
        raw.record_text,
        raw.record_hash,
        raw.reject_reason as unreadable_reason,
    from raw
),

judged as (
    select
        * exclude (
            record_text,
            transaction_id_text,
            unreadable_reason
        ),
        coalesce(
            unreadable_reason,
            {{ missing_value('transaction_id') }}
        ) as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome('transaction_id', erased='is_erased') }} as row_outcome,
    from judged
)

select * from labelled
